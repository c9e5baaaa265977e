import { featureOptions } from '../common/options/feature-options.ts';
import { option } from '../common/options/kind.ts';
import { flag, whole } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';

export const statsOptions = optionGroup({
  /** Length of the intervals that are summarized besides the whole. */
  intervalMs: option(whole({ min: 100, max: 3_600_000 }), 10_000),
  /** Whether to time requests by route. */
  http: option(flag, true),
  /** Whether to measure CPU, memory, event loop and garbage collector. */
  runtime: option(flag, true),
});

/** Options of `StatsModule`. */
export interface StatsModuleOptions extends GivenOf<typeof statsOptions> {}

export type ResolvedStatsOptions = ResolvedOf<typeof statsOptions>;

export const STATS_OPTIONS = featureOptions('stats', statsOptions);
