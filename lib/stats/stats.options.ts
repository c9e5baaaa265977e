import { featureOptions } from '../common/options/feature-options.ts';
import { option, optional } from '../common/options/kind.ts';
import { flag, func, whole } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';
import type { CallerOf } from './caller-stats.ts';

export const statsOptions = optionGroup({
  /** Length of the intervals that are summarized besides the whole. */
  intervalMs: option(whole({ min: 100, max: 3_600_000 }), 10_000),
  /** Whether to time requests by route. */
  http: option(flag, true),
  /**
   * Names the caller of a request, to count requests, refusals and time by caller: the first 100 by
   * name, further ones as `other`. Without it callers are not counted.
   */
  callerOf: optional(func<CallerOf>()),
  /** Whether to measure CPU, memory, event loop and garbage collector. */
  runtime: option(flag, true),
});

/** Options of `StatsModule`. */
export interface StatsModuleOptions extends GivenOf<typeof statsOptions> {}

export type ResolvedStatsOptions = ResolvedOf<typeof statsOptions>;

export const STATS_OPTIONS = featureOptions('stats', statsOptions);
