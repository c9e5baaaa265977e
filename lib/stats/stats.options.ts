import { booleanOption, integerOption, objectOption } from '../common/options.ts';

export interface StatsModuleOptions {
  /** Length of the intervals that are summarized besides the whole. @default 10_000 */
  intervalMs?: number;
  /** Whether to time requests by route. @default true */
  http?: boolean;
  /** Whether to measure CPU, memory, event loop and garbage collector. @default true */
  runtime?: boolean;
}

export type ResolvedStatsOptions = Readonly<Required<StatsModuleOptions>>;

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveStatsOptions(options: StatsModuleOptions = {}): ResolvedStatsOptions {
  const {
    intervalMs = 10_000,
    http = true,
    runtime = true,
  } = objectOption('stats', options, ['intervalMs', 'http', 'runtime']);
  return Object.freeze({
    intervalMs: integerOption('stats.intervalMs', intervalMs, { min: 100, max: 3_600_000 }),
    http: booleanOption('stats.http', http),
    runtime: booleanOption('stats.runtime', runtime),
  });
}
