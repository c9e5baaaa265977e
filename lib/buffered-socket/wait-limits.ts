import { LONGEST_TIMER_MS } from '../common/clock.ts';
import { ContextAbortError } from '../context/context.errors.ts';
import type { RequestContext } from '../context/request-context.ts';
import { storage } from '../context/storage.ts';

/** Time limit and abort signal of an operation. */
export interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Reason that a wait ended without success. */
export type WaitEnd = { kind: 'TIMEOUT' } | { kind: 'ABORTED'; cause: unknown };

const TIMEOUT: WaitEnd = { kind: 'TIMEOUT' };

/** Calls `onEnd` once when a limit or an abort ends the wait, maybe in the constructor. */
export class LimitedWait {
  readonly #limits: Limits;
  readonly #remainingMs: number;
  readonly #onEnd: (end: WaitEnd) => void;
  #timer: NodeJS.Timeout | undefined;
  #unfollow: (() => void) | undefined;
  #isOver = false;

  constructor(limits: Limits, onEnd: (end: WaitEnd) => void) {
    const context = storage.getStore();
    this.#limits = limits;
    this.#onEnd = onEnd;
    this.#remainingMs = context?.remainingMs ?? Infinity;
    const limitMs = Math.min(limits.timeoutMs, this.#remainingMs);
    if (limits.signal?.aborted === true) this.#onAbort();
    else if (limitMs <= 0) this.#onTimeout();
    else this.#start(limitMs, context);
  }

  /** Ends the wait without `onEnd`; removes its listeners and timer. */
  release(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#limits.signal?.removeEventListener('abort', this.#onAbort);
    this.#unfollow?.();
  }

  #start(limitMs: number, context: RequestContext | undefined): void {
    this.#limits.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (limitMs < Infinity) {
      this.#timer = setTimeout(this.#onTimeout, Math.min(limitMs, LONGEST_TIMER_MS));
    }
    const unfollow = context?.onAbort((cause) => this.#end({ kind: 'ABORTED', cause }));
    if (this.#isOver) unfollow?.();
    else this.#unfollow = unfollow;
  }

  readonly #onAbort = (): void =>
    this.#end({ kind: 'ABORTED', cause: this.#limits.signal?.reason });

  readonly #onTimeout = (): void => {
    const isOfRequest = this.#remainingMs < this.#limits.timeoutMs;
    this.#end(
      isOfRequest ? { kind: 'ABORTED', cause: new ContextAbortError('deadline') } : TIMEOUT,
    );
  };

  #end(why: WaitEnd): void {
    if (this.#isOver) return;
    this.release();
    this.#onEnd(why);
  }
}
