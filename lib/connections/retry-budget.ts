import { RecentCount } from './recent-count.ts';

export interface RetryBudgetOptions {
  /** Retries per request. */
  readonly fraction: number;
  /** Retries per second that are allowed however few requests there are. */
  readonly perSecond: number;
}

/** Requests earn for so long, in milliseconds. */
const SPAN_MS = 10_000;

/**
 * How many retries and hedges may be added to the load: a fraction of the requests, and a few per
 * second, so that a service with little traffic may retry at all. (Finagle's RetryBudget.)
 */
export class RetryBudget {
  readonly #options: RetryBudgetOptions;
  readonly #requests = new RecentCount(SPAN_MS);
  readonly #retries = new RecentCount(SPAN_MS);
  /** Retries that were asked for and not allowed. */
  refused = 0;

  constructor(options: RetryBudgetOptions) {
    this.#options = options;
  }

  /** A request was made. */
  earn(now: number): void {
    this.#requests.add(now);
  }

  /** Takes a retry; false: there is none left. */
  spend(now: number): boolean {
    if (this.left(now) < 1) {
      this.refused++;
      return false;
    }
    this.#retries.add(now);
    return true;
  }

  left(now: number): number {
    const { fraction, perSecond } = this.#options;
    const earned = fraction * this.#requests.total(now) + (perSecond * SPAN_MS) / 1_000;
    return Math.max(0, earned - this.#retries.total(now));
  }
}
