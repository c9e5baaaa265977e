import { markMethod } from '../../common/decorated-methods.ts';
import { objectOption, stringOption, wrongType } from '../../common/options/checks.ts';
import type { AccessLevel } from '../../common/secondary-listener.options.ts';
import { isAccessLevel } from '../access.ts';
import type { MetaContent } from './meta-content.ts';

export interface MetaPageOptions {
  /** Path below `/app/`: lower-case letters, digits and dashes. */
  path: string;
  title: string;
  /** Description in one sentence. @default the title */
  about?: string;
  /** Required access level. @default 'read' */
  access?: Exclude<AccessLevel, 'none'>;
  /**
   * Whether to merge the workers' content: table rows one after another, numbers added up, lines in
   * one chart. Otherwise each worker has a section of its own.
   * @default false
   */
  merge?: boolean;
}

export const META_PAGE = Symbol.for('nestjs-buttress.meta.page');

const PATH = /^[a-z\d][a-z\d-]{0,60}$/;

/** Decorator of methods that return the content of a page, or a promise of it. */
export type PageDecorator = (
  target: object,
  key: string | symbol,
  descriptor: PropertyDescriptor & { value?: () => MetaContent | Promise<MetaContent> },
) => void;

/**
 * Turns a provider's method into a page below `/app/`, which shows each worker's result.
 *
 * @throws TypeError naming the option that is wrong
 * @throws DecoratorUseError (when the application starts) on methods of controllers
 * @example
 * @MetaPage({ path: 'ledger', title: 'Ledger' })
 * ledger() {
 *   return { kind: 'facts', values: { entries: this.entries.size } };
 * }
 */
export function MetaPage(options: MetaPageOptions): PageDecorator {
  const {
    path,
    title,
    access = 'read',
  } = objectOption('MetaPage', options, ['path', 'title', 'about', 'access', 'merge']);
  if (!PATH.test(stringOption('MetaPage.path', path))) {
    throw wrongType('MetaPage.path', 'lower-case letters, digits and dashes', path);
  }
  stringOption('MetaPage.title', title);
  if (!isAccessLevel(access)) throw wrongType('MetaPage.access', 'an access level', access);
  return markMethod(
    { decorator: '@MetaPage', feature: 'meta', on: 'provider' },
    META_PAGE,
    options,
  );
}
