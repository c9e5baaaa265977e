import { currentScope } from '../context/context-scope.ts';
import type { Limiter } from './limiter.ts';

/** Until a limiter has said anything of use. */
const FIRST_LIMIT = 100;

/**
 * A limiter of the application's own, kept from harming requests: where it throws, or says what is
 * no number, the limit stays what it was. The first failure is logged.
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
    log.error({ context: 'admission', group: this.#group, err }, 'the limiter of a group fails');
  }
}
