/** Values kept: enough for one judgement. */
const MAX_VALUES = 256;

/** Standard errors by which two means must differ; about 1 judgement in 40 errs by chance. */
const CERTAINTY = 2;

/** Lower bound of a duration, for the logarithm. */
const LEAST_MS = 1e-3;

/**
 * Durations of one time span. Uses the mean of logarithms: a few outliers move it little, and a
 * proportional change shifts it by the same amount at any magnitude.
 */
export class DurationSample {
  readonly #logs: number[] = [];
  #seen = 0;
  #sum = 0;
  #squares = 0;

  /** Number of durations added, including those no longer kept. */
  get count(): number {
    return this.#seen;
  }

  add(durationMs: number): void {
    const log = Math.log(Math.max(durationMs, LEAST_MS));
    const at = this.#seen % MAX_VALUES;
    const before = this.#logs[at] ?? 0;
    this.#logs[at] = log;
    this.#sum += log - before;
    this.#squares += log * log - before * before;
    this.#seen++;
  }

  /** Geometric mean. */
  get meanMs(): number {
    return Math.exp(this.#mean);
  }

  /** 90th percentile. */
  get p90Ms(): number {
    const sorted = this.#logs.toSorted((a, b) => a - b);
    return Math.exp(sorted[Math.floor(sorted.length * 0.9)] ?? 0);
  }

  /** Whether the mean is significantly longer than `ms`. */
  isLongerThan(ms: number): boolean {
    return this.#mean - CERTAINTY * Math.sqrt(this.#errorSquared) > Math.log(ms);
  }

  /** Whether the mean is significantly below a share of the other's. */
  isBelow(share: number, other: DurationSample): boolean {
    return this.#mean - other.#mean + CERTAINTY * this.#errorTo(other) < Math.log(share);
  }

  /** Whether the mean is significantly above a share of the other's. */
  isAbove(share: number, other: DurationSample): boolean {
    return this.#mean - other.#mean - CERTAINTY * this.#errorTo(other) > Math.log(share);
  }

  get #mean(): number {
    return this.#sum / Math.max(1, this.#logs.length);
  }

  #errorTo(other: DurationSample): number {
    return Math.sqrt(this.#errorSquared + other.#errorSquared);
  }

  /** Squared standard error of the mean. */
  get #errorSquared(): number {
    const { length } = this.#logs;
    if (length < 2) return Infinity;
    return Math.max(0, this.#squares / length - this.#mean ** 2) / (length - 1);
  }
}
