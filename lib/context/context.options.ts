import { DAY_MS } from '../common/clock.ts';
import {
  deepFreeze,
  integerOption,
  objectOption,
  stringOption,
  wrongType,
} from '../common/options.ts';

export interface DeadlineOptions {
  /**
   * Time allowed for a request; `false`: no deadline.
   * @default 30_000
   */
  defaultMs?: number | false;
  /**
   * Header with the caller's remaining time, in whole milliseconds; the smaller of it and the
   * default applies. `false`: ignore callers.
   * @default 'x-request-timeout-ms'
   */
  header?: string | false;
}

export interface ContextModuleOptions {
  deadline?: DeadlineOptions;
  /**
   * Header that carries the request's id in both directions.
   * @default 'x-request-id'
   */
  idHeader?: string;
  /**
   * Names of baggage entries to accept from callers and pass on.
   * @default none
   */
  baggage?: readonly string[];
}

export interface ResolvedContextOptions {
  readonly deadline: { readonly defaultMs: number; readonly header: string | undefined };
  readonly idHeader: string;
  readonly baggage: ReadonlySet<string>;
}

/** Header with a caller's remaining time, read and sent unless an option names another. */
export const DEADLINE_HEADER = 'x-request-timeout-ms';

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveContextOptions(options: ContextModuleOptions = {}): ResolvedContextOptions {
  const {
    deadline = {},
    idHeader = 'x-request-id',
    baggage = [],
  } = objectOption('context', options, ['deadline', 'idHeader', 'baggage']);
  const { defaultMs = 30_000, header = DEADLINE_HEADER } = objectOption(
    'context.deadline',
    deadline,
    ['defaultMs', 'header'],
  );
  const range = { min: 1, max: DAY_MS };
  const resolved = {
    deadline: {
      defaultMs:
        defaultMs === false
          ? Infinity
          : integerOption('context.deadline.defaultMs', defaultMs, range),
      header: header === false ? undefined : headerName('context.deadline.header', header),
    },
    idHeader: headerName('context.idHeader', idHeader),
    baggage: new Set(names(baggage)),
  };
  deepFreeze(resolved.deadline);
  return Object.freeze(resolved);
}

function headerName(option: string, value: unknown): string {
  const name = stringOption(option, value);
  if (!HEADER_NAME.test(name)) throw wrongType(option, 'the name of a header', value);
  return name.toLowerCase();
}

function names(value: readonly string[]): string[] {
  if (!Array.isArray(value)) throw wrongType('context.baggage', 'a list of names', value);
  return value.map((name, index) => stringOption(`context.baggage[${index}]`, name));
}
