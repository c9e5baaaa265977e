/** Values that are kept: as many as a judgement needs. */
const MAX_VALUES = 256;

/** Standard errors by which two means must differ: one judgement in some forty errs by chance. */
const CERTAINTY = 2;

/** Shortest duration, in milliseconds: shorter ones are as good. */
const LEAST_MS = 1e-3;

/**
 * Durations of one span of time. Their mean is that of logarithms: a few long ones count as what
 * they are, few, and what grows in proportion moves it by the same amount wherever it is.
 */
export class DurationSample {
  readonly #logs: number[] = [];
  #seen = 0;
  #sum = 0;
  #squares = 0;

  /** How many there were, also those that are not kept. */
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

  /** Geometric mean, in milliseconds. */
  get meanMs(): number {
    return Math.exp(this.#mean);
  }

  /** Nine of ten are shorter, in milliseconds. */
  get p90Ms(): number {
    const sorted = this.#logs.toSorted((a, b) => a - b);
    return Math.exp(sorted[Math.floor(sorted.length * 0.9)] ?? 0);
  }

  /** Whether its mean is surely longer than that many milliseconds. */
  isLongerThan(ms: number): boolean {
    return this.#mean - CERTAINTY * Math.sqrt(this.#errorSquared) > Math.log(ms);
  }

  /** Whether its mean is surely below a share of that of another one. */
  isBelow(share: number, other: DurationSample): boolean {
    return this.#mean - other.#mean + CERTAINTY * this.#errorTo(other) < Math.log(share);
  }

  /** Whether its mean is surely above a share of that of another one. */
  isAbove(share: number, other: DurationSample): boolean {
    return this.#mean - other.#mean - CERTAINTY * this.#errorTo(other) > Math.log(share);
  }

  get #mean(): number {
    return this.#sum / Math.max(1, this.#logs.length);
  }

  #errorTo(other: DurationSample): number {
    return Math.sqrt(this.#errorSquared + other.#errorSquared);
  }

  /** Of the mean. */
  get #errorSquared(): number {
    const { length } = this.#logs;
    if (length < 2) return Infinity;
    return Math.max(0, this.#squares / length - this.#mean ** 2) / (length - 1);
  }
}
