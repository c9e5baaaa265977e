import { setTimeout as wait } from 'node:timers/promises';

import { ignore } from '../../common/ignore.ts';
import { GroupStartError } from '../cluster.errors.ts';

/** Longest wait for the pages before the group counts as started. */
const PAGES_WITHIN_MS = 5_000;

/** Start of a group: over once the first worker is READY and the pages have been tried. */
export class GroupStart {
  readonly #served = Promise.withResolvers<void>();
  readonly #pagesTried = Promise.withResolvers<void>();
  readonly #gaveUp = Promise.withResolvers<never>();
  readonly #end: () => void;
  #hasServed = false;
  #isOver = false;

  /** @param end ends the group when it gives up */
  constructor(end: () => void) {
    this.#end = end;
    // Prevents an unhandled rejection: `untilOver()` may not be waiting yet.
    this.#gaveUp.promise.catch(() => undefined);
  }

  /** Whether a worker has been READY. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Records that the first worker is READY. */
  served(): void {
    this.#hasServed = true;
    this.#served.resolve();
  }

  /** Records that the pages are up, that there are none, or that their process has ended. */
  pagesTried(): void {
    this.#pagesTried.resolve();
  }

  /** Ends the group. @param details stack of a worker's error that was not printed yet */
  giveUp(reason: string, details?: string): void {
    this.#end();
    this.#gaveUp.reject(new GroupStartError(reason, details));
  }

  /** Resolves when the start is over, without waiting for slow pages. @throws GroupStartError */
  async untilOver(withinMs = PAGES_WITHIN_MS): Promise<void> {
    await Promise.race([this.#gaveUp.promise, this.#served.promise]);
    const patience = new AbortController();
    const late = wait(withinMs, undefined, { ref: false, signal: patience.signal });
    await Promise.race([this.#gaveUp.promise, this.#pagesTried.promise, late.catch(ignore)]);
    patience.abort();
    this.#isOver = true;
  }
}
