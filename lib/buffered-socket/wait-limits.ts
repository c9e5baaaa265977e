import { ContextAbortError } from '../context/context.errors.ts';
import type { RequestContext } from '../context/request-context.ts';
import { storage } from '../context/storage.ts';

/** How long an operation may take, as a whole, and what ends it earlier. */
export interface WaitOptions {
  /**
   * Milliseconds for the whole operation, its wait for earlier ones included. 0: it must be done at
   * once. `Infinity`: no limit. Within a request it is cut to the time that the request has left.
   *
   * @default `timeoutMs` of the socket
   */
  timeoutMs?: number;
  /** Ends the wait. Within a request the end of the request does so too. */
  signal?: AbortSignal;
}

export interface Limits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** The longest that a timer can run, in milliseconds. */
export const LONGEST_MS = 2 ** 31 - 1;

/** Why a wait ended before that came which it waited for. */
export type WaitEnd = { kind: 'TIMEOUT' } | { kind: 'ABORTED'; cause: unknown };

const TIMEOUT: WaitEnd = { kind: 'TIMEOUT' };

/** Calls `onEnd` once when the wait must end, which may be at once, unless it is released before. */
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

  /** Takes all listeners and timers back. */
  release(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    this.#limits.signal?.removeEventListener('abort', this.#onAbort);
    this.#unfollow?.();
  }

  #start(limitMs: number, context: RequestContext | undefined): void {
    this.#limits.signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (limitMs < Infinity) {
      this.#timer = setTimeout(this.#onTimeout, Math.min(limitMs, LONGEST_MS));
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
