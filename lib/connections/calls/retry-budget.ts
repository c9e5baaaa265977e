import { RecentCount } from './recent-count.ts';

export interface RetryBudgetOptions {
  /** Retries that each request earns. */
  readonly fraction: number;
  /** Retries per second that are allowed without any requests. */
  readonly perSecond: number;
}

/** Time after which requests and retries no longer count. */
const SPAN_MS = 10_000;

/**
 * Limits the load that retries and hedges add to a fraction of the requests, plus a few per second,
 * so that a service with little traffic can retry at all. (Finagle's RetryBudget.)
 */
export class RetryBudget {
  readonly #options: RetryBudgetOptions;
  readonly #requests = new RecentCount(SPAN_MS);
  readonly #retries = new RecentCount(SPAN_MS);
  /** Retries denied since the start. */
  refused = 0;

  constructor(options: RetryBudgetOptions) {
    this.#options = options;
  }

  /** Counts a request. */
  earn(now: number): void {
    this.#requests.add(now);
  }

  /** Takes a retry from the budget; false when none is left. */
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
