import { quantile } from '../support/statistics.ts';

/** An answer later than this is no use, in milliseconds. */
export const GOOD_WITHIN_MS = 1_000;

/** Latencies are in milliseconds, from the time at which a request was due. */
export interface Summary {
  /** Ended, one way or the other. */
  ended: number;
  answered: number;
  refused: number;
  /** Answered within a second. */
  good: number;
  p50: number;
  p99: number;
  refusedP99: number;
}

/** What became of requests. */
export class Tally {
  readonly #answered: number[] = [];
  readonly #refused: number[] = [];

  add(ending: 'answered' | 'refused', latencyMs: number): void {
    (ending === 'answered' ? this.#answered : this.#refused).push(latencyMs);
  }

  summary(): Summary {
    const answered = Float64Array.from(this.#answered).toSorted();
    const refused = Float64Array.from(this.#refused).toSorted();
    return {
      ended: answered.length + refused.length,
      answered: answered.length,
      refused: refused.length,
      good: answered.filter((latency) => latency <= GOOD_WITHIN_MS).length,
      p50: quantile(answered, 0.5),
      p99: quantile(answered, 0.99),
      refusedP99: quantile(refused, 0.99),
    };
  }
}
