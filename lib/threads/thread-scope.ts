import { AsyncLocalStorage } from 'node:async_hooks';

import { processClock } from '../common/clock.ts';
import { isPoolThread } from '../common/pool-thread.ts';
import { ContextAbortError } from '../context/context.errors.ts';
import { storage } from '../context/storage.ts';
import { ThreadCancelledError } from './threads.errors.ts';

/** A call that runs in this thread. */
export interface RunningCall {
  /** Whether its caller is gone; seen by synchronous code, too. */
  readonly isCancelled: boolean;
  /** On the process clock, in milliseconds; `Infinity`: none. */
  readonly deadlineAt: number;
  readonly signal: AbortSignal;
}

/** The call that runs, in a thread. */
export const runningCalls = new AsyncLocalStorage<RunningCall>();

const NEVER = new AbortController().signal;

/**
 * The call of a decorated method that runs now: whether anybody still waits for it. Inject it
 * anywhere; where a method runs inline it tells of the request.
 *
 * @example
 * for (const row of rows) {
 *   this.scope.throwIfCancelled();
 *   sum += score(row);
 * }
 */
export class ThreadScope {
  /** Whether the code runs in a thread of a pool. */
  get inThread(): boolean {
    return isPoolThread();
  }

  /** Aborts when nobody waits any more. A synchronous loop does not see it: nothing turns there. */
  get signal(): AbortSignal {
    return runningCalls.getStore()?.signal ?? storage.getStore()?.signal ?? NEVER;
  }

  /** When the time is up, in milliseconds on the clock of this thread; `Infinity`: never. */
  get deadline(): number {
    return Math.min(
      runningCalls.getStore()?.deadlineAt ?? Infinity,
      storage.getStore()?.deadline ?? Infinity,
    );
  }

  /** Whether nobody waits any more. Costs next to nothing, in synchronous loops too. */
  get isCancelled(): boolean {
    const call = runningCalls.getStore();
    if (call === undefined) return isOver();
    return call.isCancelled || call.deadlineAt <= processClock.now();
  }

  /**
   * @throws ThreadCancelledError in a thread, when the caller has gone
   * @throws ContextAbortError when the time is up, or inline when the request is over
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
