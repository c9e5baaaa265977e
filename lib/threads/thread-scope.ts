import { AsyncLocalStorage } from 'node:async_hooks';

import { processClock } from '../common/clock.ts';
import { isPoolThread } from '../common/process/pool-thread.ts';
import { ContextAbortError } from '../context/context.errors.ts';
import { storage } from '../context/storage.ts';
import { ThreadCancelledError } from './threads.errors.ts';

/** A call that runs in this thread. */
export interface ScopedCall {
  /** Whether its caller has abandoned it; works in synchronous code, too. */
  readonly isCancelled: boolean;
  /** In milliseconds on the process clock; `Infinity`: none. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal;
}

/** Current call of a thread. */
export const runningCalls = new AsyncLocalStorage<ScopedCall>();

const NEVER = new AbortController().signal;

/**
 * State of the current call of a decorated method: whether its caller still waits. Inject it
 * anywhere; in inline calls it reflects the request.
 *
 * @example
 * for (const row of rows) {
 *   this.scope.throwIfCancelled();
 *   sum += score(row);
 * }
 */
export class ThreadScope {
  /** Whether the code runs in a pool thread. */
  get inThread(): boolean {
    return isPoolThread();
  }

  /** Aborts when the caller abandons the call. Does not fire during a synchronous loop. */
  get signal(): AbortSignal {
    return runningCalls.getStore()?.signal ?? storage.getStore()?.signal ?? NEVER;
  }

  /** Deadline in milliseconds on this thread's clock; `Infinity`: none. */
  get deadline(): number {
    return Math.min(
      runningCalls.getStore()?.deadlineAt ?? Infinity,
      storage.getStore()?.deadlineAt ?? Infinity,
    );
  }

  /** Whether the call is abandoned or its deadline passed. Cheap, in synchronous loops too. */
  get isCancelled(): boolean {
    const call = runningCalls.getStore();
    if (call === undefined) return isOver();
    return call.isCancelled || call.deadlineAt <= processClock.now();
  }

  /**
   * @throws ThreadCancelledError in a thread, if the caller has abandoned the call
   * @throws ContextAbortError if the deadline passed, or inline if the request is aborted
   */
  throwIfCancelled(): void {
    const call = runningCalls.getStore();
    if (call === undefined) {
      storage.getStore()?.throwIfAborted();
      return;
    }
    if (call.isCancelled) throw new ThreadCancelledError();
    if (call.deadlineAt <= processClock.now()) throw new ContextAbortError('deadline');
  }
}

function isOver(): boolean {
  const context = storage.getStore();
  return context !== undefined && (!context.isActive || context.remainingMs <= 0);
}
