import { type Clock, processClock } from '../common/clock.ts';
import { TimerWheel } from '../common/timer-wheel.ts';
import { within } from '../common/within.ts';
import { ContextAbortError } from '../context/context.errors.ts';
import { outside, storage } from '../context/storage.ts';
import {
  type CallHost,
  type CallRequest,
  type CallResult,
  OffloadedCall,
  type SentCall,
  type TaskBase,
} from './offloaded-call.ts';
import { ThreadGate } from './thread-gate.ts';
import { type PoolThread, ThreadPool, type ThreadPoolSetup } from './thread-pool.ts';
import { ThreadPoolBusyError } from './threads.errors.ts';
import type { ResolvedPoolOptions } from './threads.options.ts';

/** A time limit passes at most so late, in milliseconds. */
const TICK_MS = 5;

/** Least `Retry-After`, in milliseconds. */
const RETRY_MS = 1_000;

/** Numbers of calls stay within what shared memory holds; 0 is nobody's. */
const MOST_CALLS = 2 ** 31 - 1;

export type OffloadPoolSetup = Omit<ThreadPoolSetup, 'events'> & {
  events: Pick<ThreadPoolSetup['events'], 'onLine' | 'onStats' | 'onError'> & {
    onThreadGone(thread: number): void;
  };
  clock?: Clock;
};

/** Calls and the threads that they go to: one pool with its queue. */
export class OffloadPool implements CallHost {
  readonly options: ResolvedPoolOptions;
  readonly #threads: ThreadPool;
  readonly #gate: ThreadGate<PoolThread, OffloadedCall>;
  readonly #clock: Clock;
  readonly #limits: TimerWheel<OffloadedCall>;
  /** Calls that nobody waits for any more while they keep a thread. */
  readonly #left = new Set<OffloadedCall>();
  readonly #running = new Set<OffloadedCall>();
  #lastCall = 0;
  #hold: NodeJS.Timeout | undefined;
  /** Why no thread is ready, when none is expected. */
  #hopeless: Error | undefined;
  #isClosed = false;

  constructor({ clock = processClock, events, ...setup }: OffloadPoolSetup) {
    this.options = setup.pool;
    this.#clock = clock;
    this.#gate = new ThreadGate({ maxQueue: setup.pool.maxQueue, clock });
    this.#threads = new ThreadPool({
      ...setup,
      events: {
        ...events,
        onReady: (thread) => this.#ready(thread),
        onGone: (thread) => {
          this.#gate.remove(thread);
          events.onThreadGone(thread.id);
        },
        onHopeless: (error) => this.#giveUp(error),
      },
    });
    this.#limits = new TimerWheel({
      clock,
      tickMs: TICK_MS,
      onExpire: (call) => call.timeOut(),
      schedule: (callback, afterMs) =>
        outside(() => {
          const timer = setTimeout(callback, afterMs).unref();
          return () => clearTimeout(timer);
        }),
    });
  }

  /** @throws ThreadContextBootError, ThreadMethodsError */
  start(): Promise<void> {
    return this.#threads.start();
  }

  get waiting(): number {
    return this.#gate.waiting;
  }

  get busy(): number {
    return this.#gate.busy;
  }

  get ready(): number {
    return this.#gate.ready;
  }

  /** Threads that are kept by calls nobody waits for any more. */
  get abandoned(): number {
    return this.#left.size;
  }

  get waitMs(): number {
    return this.#gate.waitMs;
  }

  get threads(): readonly PoolThread[] {
    return this.#threads.threads;
  }

  /**
   * @throws ThreadPoolBusyError, ThreadContextBootError, ThreadLostError, ThreadTimeoutError,
   * ContextAbortError, DataCloneError
   */
  submit(request: CallRequest): Promise<CallResult> {
    const context = storage.getStore();
    if (context !== undefined && !context.isActive) context.throwIfAborted();
    if (this.#isClosed) throw new ContextAbortError('shutdown');
    this.#threads.start().catch(ignore);
    if (this.#hopeless !== undefined) throw this.#hopeless;
    const call = new OffloadedCall(this, request, { context, now: this.#clock.now() });
    const verdict = this.#gate.submit(call);
    if (verdict === 'queue' || verdict === 'deadline') throw this.#refusal(request, verdict);
    if (verdict === 'waiting') {
      call.wait();
      this.#holdProcess();
    }
    if (request.timeoutMs !== undefined) call.limit(this.#limits);
    call.follow();
    return call.promise;
  }

  /** Lets running calls end, then the threads. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    const error = new ContextAbortError('shutdown');
    for (const call of this.#gate.drain()) call.giveUp(error);
    const running = [...this.#running].map(({ settled }) => settled);
    await within(Promise.allSettled(running), graceMs);
    await this.#threads.close(graceMs);
  }

  send(call: OffloadedCall, thread: PoolThread, base: Omit<TaskBase, 'call' | 'place'>): SentCall {
    this.#lastCall = (this.#lastCall % MOST_CALLS) + 1;
    const number = this.#lastCall;
    const postedAt = this.#clock.now();
    const { task, transfer } = call.request.task({ ...base, call: number, place: thread.place });
    const answer = this.#threads.run(thread, task, transfer as [] | undefined);
    this.#running.add(call);
    this.#letProcessGo();
    return { number, answer, postMs: this.#clock.now() - postedAt };
  }

  /** Its thread is free again, or gone. */
  ended(call: OffloadedCall, thread: PoolThread, tookMs: number): void {
    this.#running.delete(call);
    this.#left.delete(call);
    if (thread.state === 'READY') this.#gate.release(thread, tookMs);
    else this.#gate.remove(thread);
  }

  /** Nobody waits for it any more. */
  left(call: OffloadedCall, thread: PoolThread, number: number): void {
    const { cancel } = call.request;
    this.#left.add(call);
    this.#threads.cancel(thread, number);
    if (cancel === 'terminate') this.#threads.terminate(thread);
    if (cancel !== 'cooperative') return;
    outside(() => {
      const end = (): void => {
        if (this.#left.has(call)) this.#threads.terminate(thread);
      };
      setTimeout(end, this.options.graceMs).unref();
    });
  }

  withdraw(call: OffloadedCall): void {
    this.#gate.withdraw(call);
    this.#letProcessGo();
  }

  lossOf(thread: PoolThread, cause: unknown): Error {
    return this.#threads.lossOf(thread, cause);
  }

  now(): number {
    return this.#clock.now();
  }

  /** Threads that boot keep no process alive, but calls that wait for them do. */
  #holdProcess(): void {
    this.#hold ??= outside(() => setInterval(ignore, MOST_CALLS));
  }

  #letProcessGo(): void {
    if (this.#gate.waiting > 0) return;
    clearInterval(this.#hold);
    this.#hold = undefined;
  }

  #ready(thread: PoolThread): void {
    this.#hopeless = undefined;
    this.#gate.add(thread);
  }

  #giveUp(error: Error): void {
    this.#hopeless = error;
    for (const call of this.#gate.drain()) call.giveUp(error);
  }

  #refusal({ counts }: CallRequest, reason: 'queue' | 'deadline'): Error {
    counts.refused[reason]++;
    const retryAfterMs = Math.max(RETRY_MS, this.#gate.waitMs);
    const context = storage.getStore();
    if (context !== undefined) context.retryAfterMs = retryAfterMs;
    return new ThreadPoolBusyError(this.options.name, retryAfterMs, reason);
  }
}

function ignore(): void {}
