import type { Transferable } from 'node:worker_threads';

import type { TimerWheel, WheelEntry } from '../common/timer-wheel.ts';
import { type AbortReason, ContextAbortError } from '../context/context.errors.ts';
import type { ManagedContext } from '../context/managed-context.ts';
import type { CapturedContext } from '../context/request-context.ts';
import type { CallCounts } from './call-counts.ts';
import type { LiveThread } from './live-thread.ts';
import type { ThreadAnswer, ThreadTask } from './protocol.ts';
import type { GatedCall } from './thread-gate.ts';
import type { CancelPolicy } from './thread-kinds.ts';
import { followTrail } from './thread-trail.ts';
import { ThreadTimeoutError } from './threads.errors.ts';

/** A call of a decorated method, to be run in a thread. */
export interface CallRequest {
  /** Id of the method. */
  id: string;
  cancel: CancelPolicy;
  timeoutMs: number | undefined;
  counts: CallCounts;
  /** Creates the task once a thread is available, with its transfer list. */
  task(base: TaskBase): { task: ThreadTask; transfer: readonly Transferable[] | undefined };
}

export type TaskBase = Pick<ThreadTask, 'call' | 'context' | 'remainingMs'>;

/** Result of a call. */
export interface CallResult {
  answer: ThreadAnswer;
  /** Wait for a thread. */
  queuedMs: number;
  /** Main-thread time for sending. */
  postMs: number;
  /** Time from submission to the answer. */
  totalMs: number;
  /** Arrival of the answer, in milliseconds on the pool's clock. */
  at: number;
}

/** Call that a thread runs. */
export interface RunningCall {
  /** Id of the method. */
  method: string;
  /** Time since it began. */
  runningMs: number;
  /** Request that it belongs to; null: none. */
  requestId: string | null;
}

/** What a call waits for: a thread to be free, or the boot of one where none is ready. */
export type WaitReason = 'thread' | 'boot';

type CallState =
  | { kind: 'NEW' }
  | { kind: 'WAITING'; for: WaitReason }
  | { kind: 'RUNNING'; thread: LiveThread; startedAt: number; postMs: number; number: number }
  /** Abandoned by its caller, still running in its thread. */
  | { kind: 'ABANDONED'; startedAt: number }
  | { kind: 'OVER' };

/** Timers of a thread may fire this much before the deadline as seen here. */
const EARLY_MS = 5;

const NEW: CallState = { kind: 'NEW' };
const OVER: CallState = { kind: 'OVER' };

/** An abandoned running call: its number in the thread, and the reason. */
export interface AbandonedCall {
  number: number;
  reason: AbortReason;
}

/** The pool as seen by its calls. */
export interface CallHost {
  now(): number;
  /** Sends a call; returns its number in the thread. @throws an error if it was not sent */
  send(call: OffloadedCall, thread: LiveThread, base: Omit<TaskBase, 'call'>): number;
  /** Called when a call was answered or abandoned. */
  settled(): void;
  /** Called when its thread is free or gone; `tookMs` is undefined if it never ran. */
  ended(call: OffloadedCall, thread: LiveThread, tookMs?: number): void;
  /** Called when a running call is abandoned. */
  abandon(call: OffloadedCall, thread: LiveThread, abandoned: AbandonedCall): void;
  withdraw(call: OffloadedCall): void;
  /** Called when a call starts that waited `ms` for a boot. */
  waitedForBoot(ms: number): void;
}

/** One call on its way through a pool. */
export class OffloadedCall implements GatedCall<LiveThread> {
  readonly request: CallRequest;
  readonly deadlineAt: number;
  readonly #pool: CallHost;
  readonly #context: ManagedContext | undefined;
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
    { context, now }: { context: ManagedContext | undefined; now: number },
  ) {
    this.#pool = pool;
    this.request = request;
    this.#context = context;
    this.#startedAt = now;
    const limitAt = request.timeoutMs === undefined ? Infinity : now + request.timeoutMs;
    this.deadlineAt = Math.min(limitAt, context?.deadlineAt ?? Infinity);
  }

  get promise(): Promise<CallResult> {
    return this.#result.promise;
  }

  /** What its thread runs, at `now` on the pool's clock; undefined: it has no thread. */
  running(now: number): RunningCall | undefined {
    const state = this.#state;
    if (state.kind !== 'RUNNING' && state.kind !== 'ABANDONED') return undefined;
    const runningMs = now - state.startedAt;
    return { method: this.request.id, runningMs, requestId: this.#context?.id ?? null };
  }

  /** Captures the context, including the active span: the later start runs elsewhere. */
  wait(reason: WaitReason): void {
    this.#state = { kind: 'WAITING', for: reason };
    this.#captured = this.#context?.capture();
  }

  limit(wheel: TimerWheel<OffloadedCall>): void {
    const entry: WheelEntry<OffloadedCall> = wheel.add(this, this.deadlineAt);
    this.#unlimit = () => wheel.remove(entry);
  }

  follow(): void {
    // Its thread may have begun already: steps there must not precede this one.
    this.#endStep = this.#context?.timings.start(`thread ${this.request.id}`, this.#startedAt);
    this.#unfollow = this.#context?.onAbort((error) => this.abandon(error));
  }

  start(thread: LiveThread): void {
    const startedAt = this.#pool.now();
    const remainingMs = this.deadlineAt - startedAt;
    this.#tellBoot(startedAt);
    try {
      const number = this.#pool.send(this, thread, { remainingMs, context: this.#capture() });
      const postMs = this.#pool.now() - startedAt;
      this.#state = { kind: 'RUNNING', thread, startedAt, postMs, number };
    } catch (error) {
      // The caller of `start` must finish first.
      queueMicrotask(() => this.#unsent(thread, error));
    }
  }

  expire(): void {
    this.timeOut();
  }

  timeOut(): void {
    this.#unlimit = undefined;
    this.abandon(this.#tooLate());
  }

  /** Rejects the call; cancels it in its thread according to the pool's policy. */
  abandon(error: Error): void {
    const state = this.#state;
    if (state.kind === 'OVER' || state.kind === 'ABANDONED') return;
    const { counts } = this.request;
    this.#reject(error);
    if (state.kind !== 'RUNNING') {
      counts.cancelled.queued++;
      this.#state = OVER;
      this.#pool.withdraw(this);
      return;
    }
    counts.cancelled.running++;
    this.#state = { kind: 'ABANDONED', startedAt: state.startedAt };
    const reason = error instanceof ContextAbortError ? error.reason : 'deadline';
    this.#pool.abandon(this, state.thread, { number: state.number, reason });
  }

  answered(thread: LiveThread, answer: ThreadAnswer): void {
    const state = this.#state;
    const at = this.#pool.now();
    if (state.kind === 'RUNNING') this.#follow(answer, state.startedAt);
    if (state.kind === 'RUNNING' && this.#isOutOfTime(answer, state.startedAt, at)) {
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

  /** Handles the end of its thread. */
  lost(thread: LiveThread, error: Error): void {
    if (this.#state.kind === 'RUNNING') {
      this.request.counts.lost++;
      this.#reject(error);
    }
    this.#over(thread, this.#pool.now());
  }

  #tellBoot(endedAt: number): void {
    const state = this.#state;
    if (state.kind !== 'WAITING' || state.for !== 'boot') return;
    const ms = endedAt - this.#startedAt;
    this.#context?.timings.add({ name: 'thread boot', startedAt: this.#startedAt, ms });
    this.#pool.waitedForBoot(ms);
  }

  #follow({ trail }: ThreadAnswer, startedAt: number): void {
    if (trail !== undefined && this.#context !== undefined)
      followTrail(trail, this.#context, startedAt);
  }

  /**
   * Whether an error comes from the deadline, which the thread may notice before us. An earlier
   * error that a blocked loop reads late is the method's own.
   */
  #isOutOfTime({ outcome, runMs }: ThreadAnswer, startedAt: number, at: number): boolean {
    if (outcome.kind !== 'error' || at < this.deadlineAt) return false;
    return startedAt + runMs >= this.deadlineAt - EARLY_MS;
  }

  #tooLate(): Error {
    const { timeoutMs, id } = this.request;
    const isRequest = (this.#context?.deadlineAt ?? Infinity) <= this.deadlineAt;
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

  /** Handles a call that could not be sent: its thread is free. */
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
    if (state.kind !== 'RUNNING' && state.kind !== 'ABANDONED') return;
    this.#pool.ended(this, thread, now - state.startedAt);
  }

  #release(): void {
    this.#endStep?.();
    this.#unfollow?.();
    this.#unlimit?.();
    this.#pool.settled();
  }
}
