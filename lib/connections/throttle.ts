import { RecentCount } from './recent-count.ts';
import type { Random } from './weighted-order.ts';

/** Accepted requests count so many times: about that share of a refused load is still sent. */
const K = 2;

/** Requests count for so long, in milliseconds. */
const SPAN_MS = 5_000;

/** Requests that are sent each second in any case: from them it is learnt that all is well again. */
const FLOOR = 5;

/**
 * Keeps requests from a service that refuses them, with the chance
 * `max(0, (requests - K x accepts) / (requests + 1))`. Requests that are held back count too, so
 * the chance stays high until the service accepts again. (Beyer and others, "Site Reliability
 * Engineering", 2016, chapter 21.) The book counts over two minutes and has no floor: from a service
 * that refused all, hardly one request in two minutes would find out that it is back.
 */
export class Throttle {
  readonly #random: Random;
  readonly #requests = new RecentCount(SPAN_MS);
  readonly #accepts = new RecentCount(SPAN_MS);
  readonly #sent = new RecentCount(1_000);
  /** Requests that were held back. */
  heldBack = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Whether a request should be sent; what becomes of it is told later, if it tells anything. */
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

  /** The service took a request on. */
  accepted(now: number): void {
    this.#requests.add(now);
    this.#accepts.add(now);
  }

  /** The service refused a request, or was not there for it. */
  refused(now: number): void {
    this.#requests.add(now);
  }

  /** The chance that a request is held back now. Those that are under way tell nothing yet. */
  chance(now: number): number {
    const requests = this.#requests.total(now);
    const accepts = this.#accepts.total(now);
    return Math.max(0, (requests - K * accepts) / (requests + 1));
  }
}
