import { currentScope } from '../context/context-scope.ts';
import type { Limiter } from './limiter.ts';

/** Limit until the limiter returns a valid one. */
const FIRST_LIMIT = 100;

/**
 * Guards requests against a faulty limiter of the application: if it throws or returns no number,
 * the last limit stays. Logs the first failure.
 */
export class GuardedLimiter implements Limiter {
  readonly #limiter: Limiter;
  readonly #group: string;
  #limit = FIRST_LIMIT;
  #hasFailed = false;

  constructor(group: string, limiter: Limiter) {
    this.#group = group;
    this.#limiter = limiter;
  }

  get limit(): number {
    try {
      const { limit } = this.#limiter;
      if (Number.isNaN(limit) || typeof limit !== 'number') {
        throw new TypeError(`its limit is no number: ${String(limit)}`);
      }
      this.#limit = limit;
    } catch (error) {
      this.#failed(error);
    }
    return this.#limit;
  }

  sample(durationMs: number, inFlight: number, now: number): void {
    try {
      this.#limiter.sample(durationMs, inFlight, now);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(err: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { log } = currentScope();
    log.error(
      { context: 'admission', group: this.#group, err },
      'the concurrency limiter of a group fails',
    );
  }
}
