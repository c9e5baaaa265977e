import type { Random } from './random.ts';
import { median, quantile } from './statistics.ts';

export interface BootstrapOptions {
  random: Random;
  /** Share of resamples that lies inside of each one-sided bound. @default 0.95 */
  confidence?: number;
  /** @default 4000 */
  resamples?: number;
}

/** Where the median lies: each side alone holds with the confidence asked for. */
export interface MedianBounds {
  lower: number;
  upper: number;
}

/**
 * One-sided bounds of the median by the percentile bootstrap: the same number of values is drawn
 * with replacement again and again, and the medians of those draws are ranked.
 */
export function medianBounds(values: readonly number[], options: BootstrapOptions): MedianBounds {
  const { random, confidence = 0.95, resamples = 4_000 } = options;
  const medians = new Float64Array(resamples);
  for (let i = 0; i < resamples; i++) medians[i] = median(resample(values, random));
  medians.sort();
  return { lower: quantile(medians, 1 - confidence), upper: quantile(medians, confidence) };
}

function resample(values: readonly number[], random: Random): number[] {
  return values.map(() => values[Math.floor(random() * values.length)] ?? NaN);
}
