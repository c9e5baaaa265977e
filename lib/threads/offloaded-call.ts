import type { Transferable } from 'node:worker_threads';

import type { TimerWheel, WheelEntry } from '../common/timer-wheel.ts';
import { type AbortReason, ContextAbortError } from '../context/context.errors.ts';
import type { CapturedContext, RequestContext } from '../context/request-context.ts';
import type { CallCounts } from './call-counts.ts';
import type { LiveThread } from './live-thread.ts';
import type { ThreadAnswer, ThreadTask } from './protocol.ts';
import type { GatedCall } from './thread-gate.ts';
import type { CancelPolicy } from './thread-method.ts';
import { followTrail } from './thread-trail.ts';
import { ThreadTimeoutError } from './threads.errors.ts';

/** A call of a decorated method that goes to a thread. */
export interface CallRequest {
  /** Name of the method. */
  id: string;
  cancel: CancelPolicy;
  timeoutMs: number | undefined;
  counts: CallCounts;
  /** Makes the task when there is a thread for it, with what is transferred. */
  task(base: TaskBase): { task: ThreadTask; transfer: readonly Transferable[] | undefined };
}

export type TaskBase = Pick<ThreadTask, 'call' | 'context' | 'remainingMs'>;

/** What a call came to. */
export interface CallResult {
  answer: ThreadAnswer;
  /** Wait for a thread, in milliseconds. */
  queuedMs: number;
  /** What it took the main thread to send it, in milliseconds. */
  postMs: number;
  /** From its start to the answer, in milliseconds. */
  totalMs: number;
  /** When the answer came, on the pool's clock, in milliseconds. */
  at: number;
}

type CallState =
  | { kind: 'NEW' }
  | { kind: 'WAITING' }
  | { kind: 'RUNNING'; thread: LiveThread; startedAt: number; postMs: number; number: number }
  /** Nobody waits for it any more, but its thread is still at it. */
  | { kind: 'LEFT'; startedAt: number }
  | { kind: 'OVER' };

const NEW: CallState = { kind: 'NEW' };
const WAITING: CallState = { kind: 'WAITING' };
const OVER: CallState = { kind: 'OVER' };

/** The number that a call has in its thread, and why nobody waits for it any more. */
export interface LeftCall {
  number: number;
  reason: AbortReason;
}

/** The pool, as its calls need it. */
export interface CallHost {
  now(): number;
  /** Returns the number that it has there. @throws what keeps it from being sent */
  send(call: OffloadedCall, thread: LiveThread, base: Omit<TaskBase, 'call'>): number;
  /** Nobody waits for it any more, because it was answered or given up. */
  settled(): void;
  /** Its thread is free again, or gone; undefined: it never had the call. */
  ended(call: OffloadedCall, thread: LiveThread, tookMs?: number): void;
  /** Its caller has gone, for `reason`, while its thread is at it. */
  left(call: OffloadedCall, thread: LiveThread, left: LeftCall): void;
  withdraw(call: OffloadedCall): void;
}

/** One call on its way through a pool. */
export class OffloadedCall implements GatedCall<LiveThread> {
  readonly request: CallRequest;
  readonly deadlineAt: number;
  readonly #pool: CallHost;
  readonly #context: RequestContext | undefined;
  readonly #startedAt: number;
  readonly #result = Promise.withResolvers<CallResult>();
  #captured: CapturedContext | undefined;
  #state: CallState = NEW;
  #unfollow: (() => void) | undefined;
  #endStep: (() => void) | undefined;
  #unlimit: (() => void) | undefined;

  constructor(
    pool: CallHost,
    request: CallRequest,
    { context, now }: { context: RequestContext | undefined; now: number },
  ) {
    this.#pool = pool;
    this.request = request;
    this.#context = context;
    this.#startedAt = now;
    const limitAt = request.timeoutMs === undefined ? Infinity : now + request.timeoutMs;
    this.deadlineAt = Math.min(limitAt, context?.deadline ?? Infinity);
  }

  get promise(): Promise<CallResult> {
    return this.#result.promise;
  }

  /** Whoever starts it later runs elsewhere: what is active now, such as a span, is kept. */
  wait(): void {
    this.#state = WAITING;
    this.#captured = this.#context?.capture();
  }

  limit(wheel: TimerWheel<OffloadedCall>): void {
    const entry: WheelEntry<OffloadedCall> = wheel.add(this, this.deadlineAt);
    this.#unlimit = () => wheel.remove(entry);
  }

  follow(): void {
    this.#endStep = this.#context?.timings.start(`thread ${this.request.id}`);
    this.#unfollow = this.#context?.onAbort((error) => this.giveUp(error));
  }

  start(thread: LiveThread): void {
    const startedAt = this.#pool.now();
    const remainingMs = this.deadlineAt - startedAt;
    try {
      const number = this.#pool.send(this, thread, { remainingMs, context: this.#capture() });
      const postMs = this.#pool.now() - startedAt;
      this.#state = { kind: 'RUNNING', thread, startedAt, postMs, number };
    } catch (error) {
      // Whoever starts it is not done with it yet.
      queueMicrotask(() => this.#unsent(thread, error));
    }
  }

  expire(): void {
    this.timeOut();
  }

  timeOut(): void {
    this.#unlimit = undefined;
    this.giveUp(this.#tooLate());
  }

  /** The caller is told; what runs is told, too, and ended as the pool has it. */
  giveUp(error: Error): void {
    const state = this.#state;
    if (state.kind === 'OVER' || state.kind === 'LEFT') return;
    const { counts } = this.request;
    this.#reject(error);
    if (state.kind !== 'RUNNING') {
      counts.cancelled.queued++;
      this.#state = OVER;
      this.#pool.withdraw(this);
      return;
    }
    counts.cancelled.running++;
    this.#state = { kind: 'LEFT', startedAt: state.startedAt };
    const reason = error instanceof ContextAbortError ? error.reason : 'deadline';
    this.#pool.left(this, state.thread, { number: state.number, reason });
  }

  answered(thread: LiveThread, answer: ThreadAnswer): void {
    const state = this.#state;
    const at = this.#pool.now();
    if (state.kind === 'RUNNING') this.#follow(answer, state.startedAt);
    if (state.kind === 'RUNNING' && this.#isOutOfTime(answer, at)) {
      this.request.counts.cancelled.running++;
      this.#reject(this.#tooLate());
    } else if (state.kind === 'RUNNING') {
      const { startedAt, postMs } = state;
      const queuedMs = startedAt - this.#startedAt;
      this.#release();
      this.#result.resolve({ answer, queuedMs, postMs, totalMs: at - this.#startedAt, at });
    }
    this.#over(thread, at);
  }

  /** Its thread is gone. */
  lost(thread: LiveThread, error: Error): void {
    if (this.#state.kind === 'RUNNING') {
      this.request.counts.lost++;
      this.#reject(error);
    }
    this.#over(thread, this.#pool.now());
  }

  #follow({ trail }: ThreadAnswer, startedAt: number): void {
    if (trail !== undefined && this.#context !== undefined)
      followTrail(trail, this.#context, startedAt);
  }

  /** The thread may see before us that the time is up; what fails there then fails for that. */
  #isOutOfTime({ outcome }: ThreadAnswer, at: number): boolean {
    return outcome.kind === 'error' && at >= this.deadlineAt;
  }

  #tooLate(): Error {
    const { timeoutMs, id } = this.request;
    const isRequest = (this.#context?.deadline ?? Infinity) <= this.deadlineAt;
    return isRequest || timeoutMs === undefined
      ? new ContextAbortError('deadline')
      : new ThreadTimeoutError(id, timeoutMs);
  }

  #capture(): CapturedContext | undefined {
    const context = this.#context;
    if (this.#captured === undefined || context === undefined) return context?.capture();
    const { remainingMs } = context;
    return { ...this.#captured, remainingMs: remainingMs === Infinity ? null : remainingMs };
  }

  /** Its thread has nothing to do. */
  #unsent(thread: LiveThread, error: unknown): void {
    if (this.#state.kind !== 'OVER') this.#reject(error);
    this.#state = OVER;
    this.#pool.ended(this, thread);
  }

  #reject(error: unknown): void {
    this.#release();
    this.#result.reject(error);
  }

  #over(thread: LiveThread, now: number): void {
    const state = this.#state;
    this.#state = OVER;
    if (state.kind !== 'RUNNING' && state.kind !== 'LEFT') return;
    this.#pool.ended(this, thread, now - state.startedAt);
  }

  #release(): void {
    this.#endStep?.();
    this.#unfollow?.();
    this.#unlimit?.();
    this.#pool.settled();
  }
}
