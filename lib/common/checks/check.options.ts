import { option, optional } from '../options/kind.ts';
import { flag, text, whole } from '../options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../options/option-group.ts';

const timeLimit = whole({ min: 1, max: 10_000 });

export const livenessCheckOptions = optionGroup({
  /** Name in reasons and reports; otherwise class and method. */
  name: optional(text),
  /** Time limit; a check that exceeds it has failed. */
  timeoutMs: option(timeLimit, 1_000),
});

/** Options of `@LivenessCheck`. */
export interface LivenessCheckOptions extends GivenOf<typeof livenessCheckOptions> {}

export const readinessCheckOptions = optionGroup({
  /** Name in reasons and reports; otherwise class and method. */
  name: optional(text),
  /** Time limit; a check that exceeds it has failed. */
  timeoutMs: option(timeLimit, 500),
  /** Time for which an outcome is reused. */
  cacheMs: option(whole({ min: 0, max: 600_000 }), 1_000),
  /**
   * Whether a failure makes the worker unready; `false`: it is only shown, as for an optional
   * dependency.
   */
  counts: option(flag, true),
});

/** Options of `@ReadinessCheck`. */
export interface ReadinessCheckOptions extends GivenOf<typeof readinessCheckOptions> {}

type Readiness = ResolvedOf<typeof readinessCheckOptions>;

/** Options of either decorator. */
export type ResolvedCheck = ResolvedOf<typeof livenessCheckOptions> &
  Partial<Pick<Readiness, 'cacheMs' | 'counts'>>;
