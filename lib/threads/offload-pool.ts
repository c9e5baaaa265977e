import { type Clock, processClock } from '../common/clock.ts';
import { outsideTimeout } from '../common/outside.ts';
import { isInspectorOpen } from '../common/process/inspector-open.ts';
import { TimerWheel } from '../common/timer-wheel.ts';
import { within } from '../common/within.ts';
import { currentScope } from '../context/context-scope.ts';
import { ContextAbortError } from '../context/context.errors.ts';
import { storage } from '../context/storage.ts';
import { processSettings } from '../reports/process-settings.ts';
import type { DefinedSetting } from '../reports/settings.ts';
import type { Stats } from '../stats/stats.ts';
import type { LiveThread, PoolThread } from './live-thread.ts';
import {
  type AbandonedCall,
  type CallHost,
  type CallRequest,
  type CallResult,
  OffloadedCall,
  type RunningCall,
  type TaskBase,
} from './offloaded-call.ts';
import { PoolSize } from './pool-size.ts';
import { type BootSnapshot, PoolStats } from './pool-stats.ts';
import { cpuPoolOptions, type ResolvedPoolOptions } from './pool.options.ts';
import { ProcessHold } from './process-hold.ts';
import { ThreadGate } from './thread-gate.ts';
import { ThreadPool, type ThreadPoolEvents, type ThreadPoolSetup } from './thread-pool.ts';
import { ThreadPoolBusyError } from './threads.errors.ts';

/** Resolution of time limits: one expires at most this late. */
const TICK_MS = 5;

/** Interval of looks whether the inspector is still open. */
const DEBUGGED_EVERY_MS = 1_000;

/** Minimum `Retry-After`. */
const RETRY_MS = 1_000;

/** Maximum call number: must fit the shared cell; 0 means none. */
const MOST_CALLS = 2 ** 31 - 1;

export type OffloadPoolSetup = Omit<ThreadPoolSetup, 'events' | 'clock'> & {
  stats: Stats;
  events: Pick<ThreadPoolSetup['events'], 'onLine' | 'onStats' | 'onError'> & {
    onThreadGone(thread: number): void;
  };
  clock?: Clock;
};

/** A pool of threads with its queue of calls. */
export class OffloadPool implements CallHost {
  readonly options: ResolvedPoolOptions;
  readonly #maxQueue: DefinedSetting<number>;
  readonly #threads: ThreadPool;
  readonly #gate: ThreadGate<LiveThread, OffloadedCall>;
  readonly #size: PoolSize<LiveThread>;
  readonly #stats: PoolStats;
  readonly #clock: Clock;
  readonly #limits: TimerWheel<OffloadedCall>;
  /** Abandoned calls that still occupy a thread. */
  readonly #abandoned = new Set<OffloadedCall>();
  /** At most one call per thread. */
  readonly #running = new Map<PoolThread, OffloadedCall>();
  readonly #hold = new ProcessHold();
  #hasToldDebugger = false;
  #lastCall = 0;
  #isClosed = false;
  #onIdle: (() => void) | undefined;

  constructor({ clock = processClock, events, stats, ...setup }: OffloadPoolSetup) {
    this.options = setup.pool;
    this.#clock = clock;
    const { name, maxQueue } = setup.pool;
    this.#maxQueue = processSettings().define(`threads.${name}.maxQueue`, maxQueue, {
      kind: cpuPoolOptions.table.maxQueue.kind,
      summary: `Calls that may wait for a thread of the pool ${name}`,
    });
    const mayWait = (): number => this.#mayWait;
    this.#gate = new ThreadGate({
      clock,
      get maxQueue() {
        return mayWait();
      },
    });
    this.#threads = new ThreadPool({ ...setup, clock, events: this.#follow(events) });
    this.#size = new PoolSize({
      limits: setup.pool,
      gate: this.#gate,
      threads: this.#threads,
      onIdled: () => this.#stats.idled(),
      clock,
      schedule: outsideTimeout,
    });
    this.#stats = new PoolStats(stats, setup.pool, this);
    this.#limits = new TimerWheel({
      clock,
      tickMs: TICK_MS,
      onExpire: (call) => call.timeOut(),
      schedule: outsideTimeout,
    });
  }

  /**
   * Starts `minThreads` threads; resolves when they are ready.
   *
   * @throws ThreadContextBootError, ThreadMethodsError
   */
  start(): Promise<void> {
    const started = this.#threads.start();
    this.#size.fill();
    return started;
  }

  /** Calls that may wait. */
  get maxQueue(): number {
    return this.#maxQueue.setting.value;
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

  /** Threads occupied by abandoned calls. */
  get abandoned(): number {
    return this.#abandoned.size;
  }

  /** Estimated wait of a new call, which is a boot while no thread is ready; 0: unknown. */
  get waitMs(): number {
    return this.#gate.ready === 0 ? this.#stats.lastBootMs : this.#gate.waitMs;
  }

  get threads(): readonly PoolThread[] {
    return this.#threads.threads;
  }

  get booting(): number {
    return this.#threads.booting;
  }

  get boots(): BootSnapshot {
    return this.#stats.snapshot();
  }

  /** What a thread runs; undefined: nothing. */
  callOf(thread: PoolThread): RunningCall | undefined {
    return this.#running.get(thread)?.running(this.#clock.now());
  }

  /**
   * @throws ThreadPoolBusyError, ThreadContextBootError, ThreadLostError, ThreadTimeoutError,
   * ContextAbortError, DataCloneError
   */
  submit(request: CallRequest): Promise<CallResult> {
    const context = storage.getStore();
    context?.throwIfAborted();
    if (this.#isClosed) throw new ContextAbortError('shutdown');
    void this.#threads.start();
    const { failure } = this.#threads;
    if (failure !== undefined) throw failure;
    const call = new OffloadedCall(this, request, { context, now: this.#clock.now() });
    this.#hold.begin();
    const verdict = this.#gate.submit(call);
    if (verdict === 'queue' || verdict === 'deadline') {
      this.#hold.end();
      throw this.#refusal(request, verdict);
    }
    if (verdict === 'waiting') {
      call.wait(this.#gate.ready === 0 ? 'boot' : 'thread');
      this.#size.waits();
    }
    if (request.timeoutMs !== undefined) call.limit(this.#limits);
    call.follow();
    return call.promise;
  }

  /** Waits for running calls up to `graceMs`, then ends the threads. */
  async close(graceMs: number): Promise<void> {
    this.#isClosed = true;
    this.#size.close();
    this.#maxQueue.remove();
    this.#abandonWaiting(new ContextAbortError('shutdown'));
    await within(this.#idle(), graceMs);
    await this.#threads.close(graceMs);
    this.#hold.close();
  }

  send(call: OffloadedCall, thread: LiveThread, base: Omit<TaskBase, 'call'>): number {
    this.#lastCall = (this.#lastCall % MOST_CALLS) + 1;
    const { task, transfer } = call.request.task({
      call: this.#lastCall,
      context: base.context,
      remainingMs: base.remainingMs,
    });
    thread.post(task, transfer);
    this.#running.set(thread, call);
    return this.#lastCall;
  }

  settled(): void {
    this.#hold.end();
  }

  ended(call: OffloadedCall, thread: LiveThread, tookMs?: number): void {
    this.#running.delete(thread);
    this.#abandoned.delete(call);
    if (thread.state === 'READY') this.#gate.release(thread, tookMs);
    else this.#gate.remove(thread);
    this.#size.idles();
    if (this.#running.size === 0) this.#onIdle?.();
  }

  abandon(call: OffloadedCall, thread: LiveThread, { number, reason }: AbandonedCall): void {
    const { cancel } = call.request;
    this.#abandoned.add(call);
    thread.cancel(number, reason);
    if (cancel === 'terminate') this.#endThread(call, thread);
    if (cancel !== 'cooperative') return;
    outsideTimeout(() => this.#endThread(call, thread), this.options.graceMs);
  }

  /** Ends the thread of an abandoned call, unless a debugger may hold it at a breakpoint. */
  #endThread(call: OffloadedCall, thread: LiveThread): void {
    if (!this.#abandoned.has(call)) return;
    if (!isInspectorOpen()) return void thread.terminate();
    outsideTimeout(() => this.#endThread(call, thread), DEBUGGED_EVERY_MS);
    if (this.#hasToldDebugger) return;
    this.#hasToldDebugger = true;
    const msg =
      'the inspector is open: threads of abandoned calls are not ended until it is closed';
    currentScope().log.warn({ context: 'Threads' }, msg);
  }

  withdraw(call: OffloadedCall): void {
    this.#gate.withdraw(call);
  }

  waitedForBoot(ms: number): void {
    this.#stats.waitedForBoot(ms);
  }

  now(): number {
    return this.#clock.now();
  }

  /** A call that waits for a boot has the thread's place, not one of the queue. */
  get #mayWait(): number {
    return this.maxQueue + Math.max(0, this.options.threads - this.#gate.ready);
  }

  #follow(events: OffloadPoolSetup['events']): ThreadPoolEvents {
    return {
      ...events,
      onReady: (thread, bootMs) => {
        this.#stats.booted(bootMs);
        this.#gate.add(thread);
        this.#size.idles();
      },
      onRetry: () => this.#size.fill(),
      onAnswer: (thread, answer) => this.#running.get(thread)?.answered(thread, answer),
      onGone: (thread, loss) => {
        this.#gate.remove(thread);
        this.#running.get(thread)?.lost(thread, loss);
        events.onThreadGone(thread.id);
        this.#size.fill();
      },
      onHopeless: (error) => this.#abandonWaiting(error),
    };
  }

  /** Resolves once no thread runs a call. */
  #idle(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#running.size === 0) resolve();
    else this.#onIdle = resolve;
    return promise;
  }

  #abandonWaiting(error: Error): void {
    for (const call of this.#gate.drain()) call.abandon(error);
  }

  #refusal({ counts }: CallRequest, reason: 'queue' | 'deadline'): Error {
    counts.refused[reason]++;
    const retryAfterMs = Math.max(RETRY_MS, this.#gate.waitMs);
    const context = storage.getStore();
    if (context !== undefined) context.retryAfterMs = retryAfterMs;
    return new ThreadPoolBusyError(this.options.name, retryAfterMs, reason);
  }
}
