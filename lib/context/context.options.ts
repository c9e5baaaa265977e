import { DAY_MS } from '../common/clock.ts';
import { featureOptions } from '../common/options/feature-options.ts';
import { option } from '../common/options/kind.ts';
import { headerName, listOf, orFalse, text, whole } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';

/** Header with a caller's remaining time, read and sent unless an option names another. */
export const DEADLINE_HEADER = 'x-request-timeout-ms';

export const deadlineOptions = optionGroup({
  /** Time allowed for a request; `false`: no deadline. */
  defaultMs: option(orFalse(whole({ min: 1, max: DAY_MS }), Infinity), 30_000),
  /**
   * Header with the caller's remaining time, in whole milliseconds; the smaller of it and the
   * default applies. `false`: ignore callers.
   */
  header: option(orFalse(headerName, undefined), DEADLINE_HEADER),
});

export interface DeadlineOptions extends GivenOf<typeof deadlineOptions> {}

export const contextOptions = optionGroup({
  deadline: option(deadlineOptions, {}),
  /** Header that carries the request's id in both directions. */
  idHeader: option(headerName, 'x-request-id'),
  /** Names of baggage entries to accept from callers and pass on. */
  baggage: option(listOf(text, 'a list of names'), []),
});

export interface ContextModuleOptions extends GivenOf<typeof contextOptions> {}

export interface ResolvedContextOptions extends Omit<ResolvedOf<typeof contextOptions>, 'baggage'> {
  readonly baggage: ReadonlySet<string>;
}

export const CONTEXT_OPTIONS = featureOptions(
  'context',
  contextOptions,
  ({ baggage, ...rest }): ResolvedContextOptions =>
    Object.freeze({ ...rest, baggage: new Set(baggage) }),
);
