import { DDSketch } from '@datadog/sketches-js';

/** What a distribution has seen, as plain data. Quantiles are absent while it is empty. */
export interface DistributionSnapshot {
  count: number;
  sum: number;
  min: number | null;
  max: number | null;
  p50: number | null;
  p95: number | null;
  p99: number | null;
}

/** Relative error of every quantile. */
const RELATIVE_ACCURACY = 0.01;

/**
 * Counts, sum, extremes and quantiles of values that are not negative, in bounded memory.
 * Quantiles come from a DDSketch (Masson, Rim, Lee: "DDSketch", VLDB 2019), off by at most 1 %.
 */
export class Distribution {
  readonly #sketch = new DDSketch({ relativeAccuracy: RELATIVE_ACCURACY });

  record(value: number): void {
    this.#sketch.accept(value);
  }

  snapshot(): DistributionSnapshot {
    const { count, sum, min, max } = this.#sketch;
    if (count === 0) {
      return { count, sum: 0, min: null, max: null, p50: null, p95: null, p99: null };
    }
    return { count, sum, min, max, p50: this.#at(0.5), p95: this.#at(0.95), p99: this.#at(0.99) };
  }

  /** A quantile is an estimate, but never outside of what was seen. */
  #at(quantile: number): number {
    const { min, max } = this.#sketch;
    return Math.min(max, Math.max(min, this.#sketch.getValueAtQuantile(quantile)));
  }
}
