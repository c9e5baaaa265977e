import { setTimeout as wait } from 'node:timers/promises';

import { GroupStartError } from '../cluster.errors.ts';

/** Longest wait for the pages before the group counts as started, in milliseconds. */
const PAGES_WITHIN_MS = 5_000;

/** The start of a group: over when the first worker is READY and the pages have been tried. */
export class GroupStart {
  readonly #served = Promise.withResolvers<void>();
  readonly #pagesTried = Promise.withResolvers<void>();
  readonly #gaveUp = Promise.withResolvers<never>();
  readonly #end: () => void;
  #hasServed = false;
  #isOver = false;

  /** `end` ends the group when it gives up. */
  constructor(end: () => void) {
    this.#end = end;
    // Who waits for the start hears of it; nobody may wait yet.
    this.#gaveUp.promise.catch(() => undefined);
  }

  /** Whether a worker was READY. */
  get hasServed(): boolean {
    return this.#hasServed;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The first worker is READY. */
  served(): void {
    this.#hasServed = true;
    this.#served.resolve();
  }

  /** The pages are up, or there are none, or their process has ended. */
  pagesTried(): void {
    this.#pagesTried.resolve();
  }

  /** The group ends; `details`: the stack of a worker's error that nothing has printed. */
  giveUp(reason: string, details?: string): void {
    this.#end();
    this.#gaveUp.reject(new GroupStartError(reason, details));
  }

  /** Resolves when it is over; pages that take long are not waited for. @throws GroupStartError */
  async untilOver(withinMs = PAGES_WITHIN_MS): Promise<void> {
    await Promise.race([this.#gaveUp.promise, this.#served.promise]);
    const patience = new AbortController();
    const late = wait(withinMs, undefined, { ref: false, signal: patience.signal });
    await Promise.race([this.#gaveUp.promise, this.#pagesTried.promise, late.catch(ignore)]);
    patience.abort();
    this.#isOver = true;
  }
}

function ignore(): void {}
