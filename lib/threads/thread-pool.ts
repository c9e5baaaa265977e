import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { Piscina } from 'piscina';

import { ignore } from '../common/ignore.ts';
import { outside } from '../common/outside.ts';
import { toError } from '../common/to-error.ts';
import { within } from '../common/within.ts';
import type { SettingOverride } from '../reports/overrides.ts';
import { processSettings } from '../reports/process-settings.ts';
import type { StatSnapshot } from '../stats/snapshot.ts';
import { LiveThread, type PoolThread } from './live-thread.ts';
import type { ResolvedPoolOptions } from './pool.options.ts';
import {
  type ThreadAnswer,
  type ThreadBoot,
  type ThreadMessage,
  threadMessageOf,
} from './protocol.ts';
import type { ErrorDecoder } from './remote-error.ts';
import { SharedCell } from './shared-cell.ts';
import { ThreadContextBootError, ThreadLostError, ThreadMethodsError } from './threads.errors.ts';
import type { ResolvedThreadsOptions } from './threads.options.ts';

export interface ThreadPoolEvents {
  onReady(thread: LiveThread): void;
  /** Called with the answer to a thread's call. */
  onAnswer(thread: LiveThread, answer: ThreadAnswer): void;
  /** Called when a thread has ended; `loss` rejects its call. */
  onGone(thread: LiveThread, loss: ThreadLostError): void;
  /** Called when no thread is ready and none is expected to be. */
  onHopeless(error: Error): void;
  onLine(line: string): void;
  onStats(thread: number, stats: readonly StatSnapshot[]): void;
  /** Called on an error of a thread outside of calls. */
  onError(error: Error): void;
}

export interface ThreadPoolSetup {
  pool: ResolvedPoolOptions;
  options: ResolvedThreadsOptions;
  /** Start parameters common to all pools; read when the threads start. */
  boot: () => Omit<ThreadBoot, 'pool' | 'delayMs'>;
  decoder: ErrorDecoder;
  events: ThreadPoolEvents;
}

const ENTRY = fileURLToPath(new URL('./thread.entry.js', import.meta.url));

/** Back-off between starts of a thread that fails to boot, in milliseconds. */
const RESTART = { first: 500, most: 30_000 } as const;

/**
 * Threads that each boot an application context. Piscina starts, counts and ends them. Calls go
 * over a separate port per thread, which is faster than Piscina's own and addresses one thread. A
 * thread is replaced only once it is really gone, so their number is never exceeded.
 */
export class ThreadPool {
  readonly #setup: ThreadPoolSetup;
  readonly #threads = new Map<number, LiveThread>();
  readonly #closing = new Set<number>();
  readonly #boot = Promise.withResolvers<void>();
  readonly #delayMs = new SharedCell();
  #piscina: Piscina | undefined;
  #failures = 0;
  #phase: 'NEW' | 'STARTED' | 'CLOSED' = 'NEW';
  #onClosed: (() => void) | undefined;
  #stopTelling: () => void = ignore;

  constructor(setup: ThreadPoolSetup) {
    this.#setup = setup;
    this.#boot.promise.catch(ignore);
  }

  get threads(): PoolThread[] {
    return [...this.#threads.values()];
  }

  /**
   * Resolves when all threads are ready; repeated calls return the same promise.
   *
   * @throws ThreadContextBootError, ThreadMethodsError
   */
  start(): Promise<void> {
    if (this.#phase === 'NEW') outside(() => this.#tryToStart());
    return this.#boot.promise;
  }

  /** Runs the threads' shutdown hooks and ends them; each phase takes at most `graceMs`. */
  async close(graceMs: number): Promise<void> {
    if (this.#phase === 'CLOSED') return;
    this.#phase = 'CLOSED';
    this.#stopTelling();
    const error = new ThreadContextBootError(this.#setup.pool.name, 'the application is closing');
    this.#boot.reject(error);
    const piscina = this.#piscina;
    if (piscina === undefined) return;
    await this.#closeThreads(graceMs);
    // Blocking native code keeps its thread; don't wait for it.
    await within(piscina.destroy(), graceMs);
  }

  /** Treats threads that can't be created like those that can't boot. */
  #tryToStart(): void {
    this.#phase = 'STARTED';
    this.#stopTelling = processSettings().onChanges((list) => this.#tellSettings(list));
    try {
      this.#start();
    } catch (error) {
      this.#failStart(toError(error));
    }
  }

  #start(): void {
    const { pool, options, boot } = this.#setup;
    if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is not there; ${EXTERNAL}`);
    const workerData: ThreadBoot = { ...boot(), pool: pool.name, delayMs: this.#delayMs.memory };
    this.#piscina = new Piscina({
      filename: ENTRY,
      minThreads: pool.threads,
      maxThreads: pool.threads,
      // The thread's event loop must run, for connections that its context keeps open.
      atomics: 'disabled',
      workerData,
      ...(options.execArgv === undefined ? {} : { execArgv: [...options.execArgv] }),
      resourceLimits: options.resourceLimits,
    });
    this.#listen(this.#piscina);
    const isLate = setTimeout(() => this.#failStart(new Error(LATE)), options.bootTimeoutMs);
    void this.#boot.promise.catch(ignore).then(() => clearTimeout(isLate));
  }

  #listen(piscina: Piscina): void {
    piscina.on('workerCreate', ({ id }: { id: number }) => this.#created(piscina, id));
    piscina.on('message', (message: unknown) => this.#onMessage(threadMessageOf(message)));
    // Emitted for idle threads; each thread's own listener handles it.
    piscina.on('error', ignore);
  }

  #created(piscina: Piscina, id: number): void {
    const worker = piscina.threads.find(({ threadId }) => threadId === id);
    // The thread has ended already; its replacement is announced later.
    if (worker === undefined) return;
    const thread = new LiveThread(worker);
    this.#threads.set(id, thread);
    worker.once('error', (error) => {
      const cause = toError(error);
      this.#setup.events.onError(cause);
      this.#gone(thread, cause);
    });
    worker.once('exit', (code) => this.#gone(thread, new Error(`it ended with code ${code}`)));
  }

  #gone(thread: LiveThread, cause: Error): void {
    const { state } = thread;
    if (state === 'GONE') return;
    const { pool, events } = this.#setup;
    thread.end();
    this.#threads.delete(thread.id);
    events.onGone(thread, new ThreadLostError(pool.name, cause.message, { cause }));
    this.#threadClosed(thread.id);
    if (state !== 'BOOTING') return;
    this.#failBoot(new Error(`${cause.message} before it was ready`, { cause }));
  }

  #onMessage(message: ThreadMessage | undefined): void {
    if (message === undefined) return;
    const { events, decoder } = this.#setup;
    if (message.kind === 'line') events.onLine(message.line);
    else if (message.kind === 'stats') events.onStats(message.thread, message.stats);
    else if (message.kind === 'booted') this.#booted(message);
    else if (message.kind === 'closed') this.#threadClosed(message.thread);
    else this.#bootFailed(message.thread, decoder.decode(message.error));
  }

  #booted(message: Extract<ThreadMessage, { kind: 'booted' }>): void {
    const { thread: id, problems } = message;
    const thread = this.#threads.get(id);
    if (thread?.state !== 'BOOTING') return;
    if (problems.length > 0) return this.#failStart(new ThreadMethodsError(problems));
    const { events } = this.#setup;
    outside(() => thread.open(message, (answer) => events.onAnswer(thread, answer)));
    const { changes: overrides } = processSettings();
    if (overrides.length > 0) thread.order({ kind: 'settings', overrides });
    this.#failures = 0;
    this.#delayMs.value = 0;
    events.onReady(thread);
    const ready = this.threads.filter(({ state }) => state === 'READY');
    if (ready.length >= this.#setup.pool.threads) this.#boot.resolve();
  }

  #tellSettings(overrides: readonly SettingOverride[]): void {
    for (const thread of this.#threads.values()) thread.order({ kind: 'settings', overrides });
  }

  #bootFailed(id: number, reason: unknown): void {
    const thread = this.#threads.get(id);
    if (thread === undefined) return;
    thread.state = 'FAILED';
    this.#failBoot(toError(reason));
    // Its replacement backs off first.
    thread.terminate();
  }

  #failBoot(cause: Error): void {
    if (this.#phase === 'CLOSED') return;
    this.#delayMs.value = Math.min(RESTART.most, RESTART.first * 2 ** this.#failures++);
    this.#failStart(cause);
  }

  #failStart(cause: Error): void {
    const { pool, events } = this.#setup;
    const error =
      cause instanceof ThreadMethodsError
        ? cause
        : new ThreadContextBootError(pool.name, cause.message, { cause });
    this.#boot.reject(error);
    if (!this.threads.some(({ state }) => state === 'READY')) events.onHopeless(error);
  }

  #threadClosed(id: number): void {
    this.#closing.delete(id);
    if (this.#closing.size === 0) this.#onClosed?.();
  }

  async #closeThreads(graceMs: number): Promise<void> {
    const ready = [...this.#threads.values()].filter(({ state }) => state === 'READY');
    if (ready.length === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onClosed = resolve;
    for (const thread of ready) {
      this.#closing.add(thread.id);
      thread.order({ kind: 'close' });
    }
    await within(promise, graceMs);
  }
}

const LATE = 'it was not ready in time (threads.bootTimeoutMs)';

const EXTERNAL = 'in a bundle, nestjs-buttress and piscina must stay external';
