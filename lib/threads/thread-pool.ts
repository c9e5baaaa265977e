import type { Clock } from '../common/clock.ts';
import { toError } from '../common/errors/to-error.ts';
import { ignore } from '../common/ignore.ts';
import { outside, outsideTimeout } from '../common/outside.ts';
import { within } from '../common/within.ts';
import type { SettingOverride } from '../reports/overrides.ts';
import { processSettings } from '../reports/process-settings.ts';
import type { StatSnapshot } from '../stats/snapshot.ts';
import type { BootedMessage, LiveThread } from './live-thread.ts';
import type { ResolvedPoolOptions } from './pool.options.ts';
import { ProcessHold } from './process-hold.ts';
import type { ThreadAnswer, ThreadBoot, ThreadMessage } from './protocol.ts';
import type { ErrorDecoder } from './remote-error.ts';
import { checkEntry, startThread } from './start-thread.ts';
import { checkModule } from './thread-loading.ts';
import { ThreadContextBootError, ThreadLostError, ThreadMethodsError } from './threads.errors.ts';
import type { ResolvedThreadsOptions } from './threads.options.ts';

export interface ThreadPoolEvents {
  /** Called when a thread has booted, which took `bootMs`. */
  onReady(thread: LiveThread, bootMs: number): void;
  /** Called with the answer to a thread's call. */
  onAnswer(thread: LiveThread, answer: ThreadAnswer): void;
  /** Called when a thread has ended; `loss` rejects its call. */
  onGone(thread: LiveThread, loss: ThreadLostError): void;
  /** Called when no thread is ready and none is expected to be. */
  onHopeless(error: Error): void;
  /** Called when threads may be started again after one that failed. */
  onRetry(): void;
  onLine(line: string): void;
  onStats(thread: number, stats: readonly StatSnapshot[]): void;
  /** Called on an error of a thread outside of calls. */
  onError(error: Error): void;
}

export interface ThreadPoolSetup {
  pool: ResolvedPoolOptions;
  options: ResolvedThreadsOptions;
  /** Start parameters common to all pools; read when the first thread starts. */
  boot: () => Omit<ThreadBoot, 'pool'>;
  decoder: ErrorDecoder;
  events: ThreadPoolEvents;
  clock: Clock;
}

/** Back-off between starts of a thread that fails to boot, in milliseconds. */
const RESTART = { first: 500, most: 30_000 } as const;

/**
 * Threads that each boot an application context. Its owner decides when to start and end them; the
 * pool never holds more than configured, and counts a thread until it is gone. After a failed boot
 * it starts none until the back-off is over.
 */
export class ThreadPool {
  readonly #setup: ThreadPoolSetup;
  readonly #threads = new Map<number, LiveThread>();
  readonly #boot = Promise.withResolvers<void>();
  #data: ThreadBoot | undefined;
  #failures = 0;
  #failure: Error | undefined;
  #cancelRetry: (() => void) | undefined;
  #phase: 'NEW' | 'STARTED' | 'CLOSED' = 'NEW';
  #stopTelling: () => void = ignore;

  constructor(setup: ThreadPoolSetup) {
    this.#setup = setup;
    this.#boot.promise.catch(ignore);
  }

  get threads(): LiveThread[] {
    return [...this.#threads.values()];
  }

  /** Threads that are not gone. */
  get size(): number {
    return this.#threads.size;
  }

  get booting(): number {
    return this.threads.filter(({ state }) => state === 'BOOTING').length;
  }

  /** Why no thread could boot, while none is ready. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Threads that may be started now. */
  get room(): number {
    if (this.#phase === 'CLOSED' || this.#cancelRetry !== undefined) return 0;
    return this.#setup.pool.threads - this.#threads.size;
  }

  /**
   * Resolves when `minThreads` threads are ready, once they are started; repeated calls return the
   * same promise.
   *
   * @throws ThreadContextBootError, ThreadMethodsError
   */
  start(): Promise<void> {
    if (this.#phase === 'NEW') outside(() => this.#open());
    return this.#boot.promise;
  }

  /** Starts one more thread; one that can't be created counts as one that can't boot. */
  add(): void {
    if (this.#phase !== 'STARTED') return;
    try {
      outside(() => this.#add());
    } catch (error) {
      this.#failBoot(toError(error));
    }
  }

  /** Ends an idle thread after its shutdown hooks. */
  async end(thread: LiveThread): Promise<void> {
    await thread.close(this.#setup.options.closeTimeoutMs);
    await thread.terminate();
  }

  /** Runs the threads' shutdown hooks and ends them; each phase takes at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    if (this.#phase === 'CLOSED') return;
    this.#phase = 'CLOSED';
    this.#stopTelling();
    this.#cancelRetry?.();
    const error = new ThreadContextBootError(this.#setup.pool.name, 'the application is closing');
    this.#boot.reject(error);
    await Promise.all(this.threads.map((thread) => thread.close(graceMs)));
    // Blocking native code keeps its thread; don't wait for it.
    await within(Promise.all(this.threads.map((thread) => thread.terminate())), graceMs);
  }

  #open(): void {
    const { options } = this.#setup;
    this.#phase = 'STARTED';
    this.#stopTelling = processSettings().onChanges((list) => this.#tellSettings(list));
    // Threads are not to keep the process alive, but its start is.
    const hold = new ProcessHold();
    hold.begin();
    void this.#boot.promise.catch(ignore).then(() => hold.close());
    try {
      checkEntry();
      checkModule(options.module);
    } catch (error) {
      this.#failBoot(toError(error));
    }
    this.#bootIsOver();
  }

  #add(): void {
    const { pool, options, boot, events, clock } = this.#setup;
    this.#data ??= { ...boot(), pool: pool.name };
    const thread = startThread({
      options,
      boot: this.#data,
      startedAt: clock.now(),
      events: {
        onMessage: (from, message) => this.#onMessage(from, message),
        onEnd: (ended, cause) => this.#gone(ended, cause),
        onError: (error) => events.onError(error),
      },
    });
    this.#threads.set(thread.id, thread);
    outsideTimeout(() => {
      if (thread.state === 'BOOTING') this.#failStart(new Error(LATE));
    }, options.bootTimeoutMs);
  }

  #gone(thread: LiveThread, cause: Error): void {
    const { state } = thread;
    if (state === 'GONE') return;
    const { pool, events } = this.#setup;
    thread.end();
    this.#threads.delete(thread.id);
    if (state === 'BOOTING') {
      this.#failBoot(new Error(`${cause.message} before it was ready`, { cause }));
    }
    events.onGone(thread, new ThreadLostError(pool.name, cause.message, { cause }));
  }

  #onMessage(thread: LiveThread, message: ThreadMessage): void {
    const { events, decoder } = this.#setup;
    if (message.kind === 'line') events.onLine(message.line);
    else if (message.kind === 'stats') events.onStats(thread.id, message.stats);
    else if (message.kind === 'closed') thread.closed();
    else if (thread.state !== 'BOOTING') return;
    else if (message.kind === 'booted') this.#booted(thread, message);
    else this.#bootFailed(thread, toError(decoder.decode(message.error)));
  }

  #booted(thread: LiveThread, message: BootedMessage): void {
    const { problems } = message;
    if (problems.length > 0) {
      this.#bootFailed(thread, new ThreadMethodsError(problems));
      return;
    }
    const { events, clock } = this.#setup;
    outside(() => thread.open(message, (answer) => events.onAnswer(thread, answer)));
    const { changes: overrides } = processSettings();
    if (overrides.length > 0) thread.order({ kind: 'settings', overrides });
    this.#failures = 0;
    this.#failure = undefined;
    events.onReady(thread, clock.now() - thread.startedAt);
    this.#bootIsOver();
  }

  /** Resolves the start once enough threads are ready. */
  #bootIsOver(): void {
    const ready = this.threads.filter(({ state }) => state === 'READY');
    if (ready.length >= this.#setup.pool.minThreads) this.#boot.resolve();
  }

  #tellSettings(overrides: readonly SettingOverride[]): void {
    for (const thread of this.#threads.values()) thread.order({ kind: 'settings', overrides });
  }

  #bootFailed(thread: LiveThread, reason: Error): void {
    thread.state = 'FAILED';
    this.#failBoot(reason);
    void thread.terminate();
  }

  #failBoot(cause: Error): void {
    if (this.#phase === 'CLOSED') return;
    const delayMs = Math.min(RESTART.most, RESTART.first * 2 ** this.#failures++);
    this.#cancelRetry?.();
    this.#cancelRetry = outsideTimeout(() => {
      this.#cancelRetry = undefined;
      this.#setup.events.onRetry();
    }, delayMs);
    this.#failStart(cause);
  }

  #failStart(cause: Error): void {
    const { pool, events } = this.#setup;
    const error =
      cause instanceof ThreadMethodsError
        ? cause
        : new ThreadContextBootError(pool.name, cause.message, { cause });
    this.#boot.reject(error);
    if (this.threads.some(({ state }) => state === 'READY')) return;
    this.#failure = error;
    events.onHopeless(error);
  }
}

const LATE = 'it was not ready in time (threads.bootTimeoutMs)';
