import { AsyncLocalStorage } from 'node:async_hooks';

import type { TimerWheel, WheelEntry } from '../common/timer-wheel.ts';
import { ContextAbortError } from '../context/context.errors.ts';
import type { RequestContext } from '../context/request-context.ts';
import type { CallCounts } from './call-counts.ts';
import type { ThreadAnswer, ThreadTask } from './protocol.ts';
import type { GatedCall } from './thread-gate.ts';
import type { CancelPolicy } from './thread-method.ts';
import type { PoolThread } from './thread-pool.ts';
import { ThreadTimeoutError } from './threads.errors.ts';

/** A call of a decorated method that goes to a thread. */
export interface CallRequest {
  /** Name of the method. */
  id: string;
  cancel: CancelPolicy;
  timeoutMs: number | undefined;
  counts: CallCounts;
  /** Makes the task when there is a thread for it, with what is transferred. */
  task(base: TaskBase): { task: ThreadTask; transfer: readonly unknown[] | undefined };
}

export interface TaskBase {
  call: number;
  place: number;
  remainingMs: number | undefined;
  context: RequestContext | undefined;
}

/** What a call came to. */
export interface CallResult {
  answer: ThreadAnswer;
  /** Wait for a thread, in milliseconds. */
  queuedMs: number;
  /** What it took the main thread to send it, in milliseconds. */
  postMs: number;
  /** From its start to the answer, in milliseconds. */
  totalMs: number;
}

type CallState =
  | { kind: 'NEW' }
  | { kind: 'WAITING' }
  | { kind: 'RUNNING'; thread: PoolThread; startedAt: number }
  /** Nobody waits for it any more, but its thread is still at it. */
  | { kind: 'LEFT'; thread: PoolThread; startedAt: number }
  | { kind: 'OVER' };

const NEW: CallState = { kind: 'NEW' };
const WAITING: CallState = { kind: 'WAITING' };
const OVER: CallState = { kind: 'OVER' };

/** The pool, as its calls need it. */
export interface CallHost {
  now(): number;
  send(call: OffloadedCall, thread: PoolThread, base: Omit<TaskBase, 'call' | 'place'>): SentCall;
  /** Its thread is free again, or gone. */
  ended(call: OffloadedCall, thread: PoolThread, tookMs: number): void;
  /** Nobody waits for it any more. */
  left(call: OffloadedCall, thread: PoolThread, number: number): void;
  withdraw(call: OffloadedCall): void;
  lossOf(thread: PoolThread, cause: unknown): Error;
}

/** A call that is on its way to its thread. */
export interface SentCall {
  number: number;
  answer: Promise<ThreadAnswer>;
  postMs: number;
}

/** One call on its way through a pool. */
export class OffloadedCall implements GatedCall<PoolThread> {
  readonly request: CallRequest;
  readonly deadlineAt: number;
  readonly #pool: CallHost;
  readonly #context: RequestContext | undefined;
  readonly #startedAt: number;
  readonly #result = Promise.withResolvers<CallResult>();
  readonly #settled = Promise.withResolvers<void>();
  #state: CallState = NEW;
  #number = 0;
  #unfollow: (() => void) | undefined;
  #unlimit: (() => void) | undefined;
  #enter: <R>(fn: () => R) => R = (fn) => fn();

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

  /** Resolves when no thread is at it any more. */
  get settled(): Promise<void> {
    return this.#settled.promise;
  }

  /** Whoever starts it later runs elsewhere, so what its asynchronous context holds is kept. */
  wait(): void {
    this.#state = WAITING;
    this.#enter = AsyncLocalStorage.snapshot();
  }

  limit(wheel: TimerWheel<OffloadedCall>): void {
    const entry: WheelEntry<OffloadedCall> = wheel.add(this, this.deadlineAt);
    this.#unlimit = () => wheel.remove(entry);
  }

  follow(): void {
    this.#unfollow = this.#context?.onAbort((error) => this.giveUp(error));
  }

  start(thread: PoolThread): void {
    const startedAt = this.#pool.now();
    this.#state = { kind: 'RUNNING', thread, startedAt };
    const remainingMs = this.deadlineAt === Infinity ? undefined : this.deadlineAt - startedAt;
    let sent: SentCall;
    try {
      const base = { remainingMs, context: this.#context };
      sent = this.#enter(() => this.#pool.send(this, thread, base));
    } catch (error) {
      // Threw before it was sent: the thread has nothing to do.
      queueMicrotask(() => this.#fail(thread, error));
      return;
    }
    this.#number = sent.number;
    sent.answer.then(
      (answer) => this.#answered(thread, answer, sent.postMs),
      (error: unknown) => this.#fail(thread, error),
    );
  }

  expire(): void {
    this.timeOut();
  }

  timeOut(): void {
    this.#unlimit = undefined;
    const { timeoutMs, id } = this.request;
    if ((this.#context?.deadline ?? Infinity) <= this.deadlineAt || timeoutMs === undefined) {
      this.giveUp(new ContextAbortError('deadline'));
    } else {
      this.giveUp(new ThreadTimeoutError(id, timeoutMs));
    }
  }

  /** The caller is told; what runs is told, too, and ended as the pool has it. */
  giveUp(error: Error): void {
    const state = this.#state;
    if (state.kind === 'OVER' || state.kind === 'LEFT') return;
    const { counts } = this.request;
    this.#release();
    this.#result.reject(error);
    if (state.kind !== 'RUNNING') {
      counts.cancelled.queued++;
      this.#pool.withdraw(this);
      this.#end();
      return;
    }
    counts.cancelled.running++;
    this.#state = { ...state, kind: 'LEFT' };
    this.#pool.left(this, state.thread, this.#number);
  }

  #answered(thread: PoolThread, answer: ThreadAnswer, postMs: number): void {
    const state = this.#state;
    const now = this.#pool.now();
    if (state.kind === 'RUNNING') {
      const queuedMs = state.startedAt - this.#startedAt;
      this.#release();
      this.#result.resolve({ answer, queuedMs, postMs, totalMs: now - this.#startedAt });
    }
    this.#over(thread, now);
  }

  #fail(thread: PoolThread, error: unknown): void {
    const { counts } = this.request;
    const isClone = error instanceof Error && error.name === 'DataCloneError';
    if (this.#state.kind === 'RUNNING') {
      this.#release();
      const isSent = this.#number !== 0 && !isClone;
      if (isSent) counts.lost++;
      this.#result.reject(isSent ? this.#pool.lossOf(thread, error) : error);
    }
    this.#over(thread, this.#pool.now());
  }

  #over(thread: PoolThread, now: number): void {
    const state = this.#state;
    this.#end();
    if (state.kind !== 'RUNNING' && state.kind !== 'LEFT') return;
    this.#pool.ended(this, thread, now - state.startedAt);
  }

  #end(): void {
    this.#state = OVER;
    this.#settled.resolve();
  }

  #release(): void {
    this.#unfollow?.();
    this.#unlimit?.();
  }
}
