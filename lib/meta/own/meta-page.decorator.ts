import { wrongOption } from '../../common/errors/wrong-use.ts';
import { markMethod } from '../../common/nest/decorated-methods.ts';
import { derived, option, required } from '../../common/options/kind.ts';
import { choice, flag, text, textLike } from '../../common/options/kinds.ts';
import { thisMachine } from '../../common/options/machine.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../../common/options/option-group.ts';
import type { MetaContent } from './meta-content.ts';

const PATH = /^[a-z\d][a-z\d-]{0,60}$/;

export const metaPageOptions = optionGroup(
  {
    /** Path below `/app/`. */
    path: required(textLike(PATH, 'lower-case letters, digits and dashes')),
    /** Title of the page, and of the link to it. */
    title: required(text),
    /** Description in one sentence. */
    about: option(
      text,
      derived('the title', (_machine, { title }: { title: string }) => title),
    ),
    /** Access level needed to see it. */
    access: option(choice(['read', 'operate', 'sensitive']), 'read'),
    /**
     * Whether to merge the workers' content: table rows one after another, numbers added up, lines in
     * one chart. Otherwise each worker has a section of its own.
     */
    merge: option(flag, false),
    /**
     * Whether all workers have the same content, such as rows of a database: one READY worker is asked,
     * and there are no sections. Excludes `merge`.
     */
    isShared: option(flag, false),
  },
  (name, { merge, isShared }) => {
    if (!merge || !isShared) return;
    throw wrongOption(`${name}: merge and isShared exclude each other. Leave one of them out.`);
  },
);

/** Options of `@MetaPage`. */
export interface MetaPageOptions extends GivenOf<typeof metaPageOptions> {}

/** Own page of the application, as the list has it. */
export type OwnPage = ResolvedOf<typeof metaPageOptions>;

export const META_PAGE = Symbol.for('nestjs-buttress.meta.page');

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
  const page: OwnPage = metaPageOptions.check('@MetaPage', options, thisMachine());
  return markMethod({ decorator: '@MetaPage', feature: 'meta', on: 'provider' }, META_PAGE, page);
}
