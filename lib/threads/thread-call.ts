import { processClock } from '../common/clock.ts';
import type { CancelFlags } from './cancel-flags.ts';
import type { ThreadTask } from './protocol.ts';
import type { RunningCall } from './thread-scope.ts';
import { ThreadCancelledError } from './threads.errors.ts';

/** A call that runs in this thread. */
export class ThreadCall implements RunningCall {
  readonly id: number;
  readonly place: number;
  readonly flags: CancelFlags;
  readonly deadlineAt: number;
  #controller: AbortController | undefined;
  #isCancelled = false;

  constructor({ call, place, remainingMs }: ThreadTask, flags: CancelFlags) {
    this.id = call;
    this.place = place;
    this.flags = flags;
    this.deadlineAt = remainingMs === undefined ? Infinity : processClock.now() + remainingMs;
  }

  /** Made when first asked for. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#isCancelled) this.#controller.abort(new ThreadCancelledError());
    return this.#controller.signal;
  }

  cancel(): void {
    this.#isCancelled = true;
    this.#controller?.abort(new ThreadCancelledError());
  }
}
