import { processClock } from '../common/clock.ts';
import type { AbortReason } from '../context/context.errors.ts';
import type { ManagedContext } from '../context/managed-context.ts';
import type { ThreadTask } from './protocol.ts';
import type { SharedCell } from './shared-cell.ts';
import type { ScopedCall } from './thread-scope.ts';
import { ThreadCancelledError } from './threads.errors.ts';

/** A call that runs in this thread. */
export class ThreadCall implements ScopedCall {
  readonly id: number;
  readonly deadlineAt: number;
  /** Its request as recreated in this thread; an abort reaches code that waits here. */
  request: ManagedContext | undefined;
  readonly #cancelled: SharedCell;
  #controller: AbortController | undefined;
  #hasHeard = false;

  /** @param cancelled holds the number of the cancelled call of this thread */
  constructor(
    { call, remainingMs }: Pick<ThreadTask, 'call' | 'remainingMs'>,
    cancelled: SharedCell,
  ) {
    this.id = call;
    this.deadlineAt = remainingMs === Infinity ? Infinity : processClock.now() + remainingMs;
    this.#cancelled = cancelled;
  }

  get isCancelled(): boolean {
    return this.#cancelled.value === this.id;
  }

  /** Created on first access. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#hasHeard) this.#controller.abort(new ThreadCancelledError());
    return this.#controller.signal;
  }

  cancel(reason: AbortReason): void {
    this.#hasHeard = true;
    this.#controller?.abort(new ThreadCancelledError());
    this.request?.abort(reason);
  }
}
