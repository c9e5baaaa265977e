import type { Random } from '../addresses/weighted-order.ts';
import { RecentCount } from './recent-count.ts';

/** Requests per accepted one above which requests are held back. */
const K = 2;

/** Time after which requests no longer count. */
const SPAN_MS = 5_000;

/** Requests per second that are always sent, to notice when the service has recovered. */
const FLOOR = 5;

/**
 * Client-side throttling: holds back requests to a service that refuses them, with probability
 * `max(0, (requests - K x accepts) / (requests + 1))`. Requests held back count too, so it stays
 * high until the service accepts again. (Beyer and others, "Site Reliability Engineering", 2016,
 * chapter 21.) The book counts over two minutes and has no floor: after a full outage, hardly one
 * request in two minutes would notice the recovery.
 */
export class Throttle {
  readonly #random: Random;
  readonly #requests = new RecentCount(SPAN_MS);
  readonly #accepts = new RecentCount(SPAN_MS);
  readonly #sent = new RecentCount(1_000);
  /** Requests held back since the start. */
  heldBack = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Whether to send a request; report its outcome with `accepted` or `refused`, if it has one. */
  admit(now: number): boolean {
    const chance = this.chance(now);
    if (chance > 0 && this.#random() < chance && this.#sent.total(now) >= FLOOR) {
      this.heldBack++;
      this.#requests.add(now);
      return false;
    }
    this.#sent.add(now);
    return true;
  }

  /** Counts a request that the service accepted. */
  accepted(now: number): void {
    this.#requests.add(now);
    this.#accepts.add(now);
  }

  /** Counts a request that the service refused, or that could not reach it. */
  refused(now: number): void {
    this.#requests.add(now);
  }

  /** Probability that a request is held back now. Requests in flight do not count yet. */
  chance(now: number): number {
    const requests = this.#requests.total(now);
    const accepts = this.#accepts.total(now);
    return Math.max(0, (requests - K * accepts) / (requests + 1));
  }
}
