import { setTimeout as wait } from 'node:timers/promises';

import { ignore } from '../../common/ignore.ts';
import { GroupStartError } from '../cluster.errors.ts';

/** Default of `pagesWithinMs`. */
const PAGES_WITHIN_MS = 10_000;

export interface GroupStartOptions {
  /** Whether a worker was ever READY. */
  hasServed: () => boolean;
  /** Ends a group that gives up before it has served; after that it must drain. */
  kill: () => void;
  /** Longest wait for the pages, from the start of their process on. @default 10000 */
  pagesWithinMs?: number;
}

/** Start of a group: over once the first worker is READY and the pages have been tried. */
export class GroupStart {
  /** Resolves when the start is over; never, when the group gave up. */
  readonly over: Promise<void>;
  readonly #served = Promise.withResolvers<void>();
  readonly #pagesStarted = Promise.withResolvers<void>();
  readonly #pagesTried = Promise.withResolvers<void>();
  readonly #gaveUp = Promise.withResolvers<never>();
  readonly #options: GroupStartOptions;
  #isOver = false;

  constructor(options: GroupStartOptions) {
    this.#options = options;
    // Prevents an unhandled rejection: nothing may be waiting yet.
    this.#gaveUp.promise.catch(ignore);
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    void this.#follow(options.pagesWithinMs ?? PAGES_WITHIN_MS).then(resolve, ignore);
  }

  /** Whether a worker was ever READY. */
  get hasServed(): boolean {
    return this.#options.hasServed();
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Records that the first worker is READY. */
  served(): void {
    this.#served.resolve();
  }

  /** Records that the process of the pages runs, which may be long after the first worker. */
  pagesStarted(): void {
    this.#pagesStarted.resolve();
  }

  /** Records that the pages are up, that there are none, or that their process has ended. */
  pagesTried(): void {
    this.#pagesTried.resolve();
  }

  /** Ends the start. @param details stack of a worker's error that was not printed yet */
  giveUp(reason: string, details?: string): void {
    if (!this.hasServed) this.#options.kill();
    this.#gaveUp.reject(new GroupStartError(reason, details));
  }

  /** Resolves when the first worker is READY. @throws GroupStartError */
  untilServed(): Promise<void> {
    return Promise.race([this.#gaveUp.promise, this.#served.promise]);
  }

  /** Resolves when the start is over. @throws GroupStartError */
  untilOver(): Promise<void> {
    return Promise.race([this.#gaveUp.promise, this.over]);
  }

  async #follow(pagesWithinMs: number): Promise<void> {
    await this.untilServed();
    const patience = new AbortController();
    const { signal } = patience;
    const late = this.#pagesStarted.promise.then(() =>
      wait(pagesWithinMs, undefined, { ref: false, signal }),
    );
    try {
      await Promise.race([this.#gaveUp.promise, this.#pagesTried.promise, late.catch(ignore)]);
    } finally {
      patience.abort();
    }
    this.#isOver = true;
  }
}
