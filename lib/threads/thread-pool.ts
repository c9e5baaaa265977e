import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BroadcastChannel, type Transferable, type Worker } from 'node:worker_threads';

import { Piscina } from 'piscina';

import { within } from '../common/within.ts';
import { outside } from '../context/storage.ts';
import type { StatSnapshot } from '../stats/snapshot.ts';
import { CancelFlags } from './cancel-flags.ts';
import {
  type ThreadAnswer,
  type ThreadBoot,
  type ThreadMessage,
  threadMessageOf,
  type ThreadOrder,
  type ThreadTask,
} from './protocol.ts';
import type { ErrorDecoder } from './remote-error.ts';
import { ThreadContextBootError, ThreadLostError, ThreadMethodsError } from './threads.errors.ts';
import type { ResolvedPoolOptions, ResolvedThreadsOptions } from './threads.options.ts';

/** Where a thread stands on its way. */
export type ThreadState = 'BOOTING' | 'READY' | 'ENDING' | 'FAILED' | 'GONE';

/** A thread of a pool. */
export interface PoolThread {
  readonly id: number;
  /** Its place in the shared flags. */
  readonly place: number;
  state: ThreadState;
}

export interface ThreadPoolEvents {
  onReady(thread: PoolThread): void;
  onGone(thread: PoolThread): void;
  /** No thread works, and none is expected to. */
  onHopeless(error: Error): void;
  onLine(line: string): void;
  onStats(thread: number, stats: readonly StatSnapshot[]): void;
  /** Something happened in a thread that belongs to no call. */
  onError(error: Error): void;
}

export interface ThreadPoolSetup {
  pool: ResolvedPoolOptions;
  options: ResolvedThreadsOptions;
  /** What is the same for all pools; asked for when the threads start. */
  boot: () => Omit<ThreadBoot, 'pool' | 'channel' | 'flags'>;
  decoder: ErrorDecoder;
  events: ThreadPoolEvents;
}

type Live = PoolThread & { worker: Worker; error?: Error };

const ENTRY = fileURLToPath(new URL('./thread.entry.js', import.meta.url));

/** Wait before a thread is started again that could not, in milliseconds. */
const RESTART = { first: 500, most: 30_000 } as const;

/** What Piscina is told to choose while it is to choose nothing. */
const NOBODY = -1;

let pools = 0;

/**
 * Threads that boot an application context each, on Piscina. A call is given to one thread, chosen
 * by the caller; Piscina's own queue stays empty. A thread that ends is replaced only when it is
 * really gone, so there are never more than there should be.
 */
export class ThreadPool {
  readonly flags: CancelFlags;
  readonly #setup: ThreadPoolSetup;
  readonly #threads = new Map<number, Live>();
  readonly #closing = new Set<number>();
  readonly #boot = Promise.withResolvers<void>();
  #piscina: Piscina<ThreadTask, ThreadAnswer> | undefined;
  #channel: BroadcastChannel | undefined;
  #chosen = NOBODY;
  #failures = 0;
  #phase: 'NEW' | 'STARTED' | 'CLOSED' = 'NEW';
  #onClosed: (() => void) | undefined;

  constructor(setup: ThreadPoolSetup) {
    this.#setup = setup;
    // A place may still be in use when its thread's replacement comes.
    this.flags = CancelFlags.for(2 * setup.pool.threads);
    this.#boot.promise.catch(ignore);
  }

  get threads(): PoolThread[] {
    return [...this.#threads.values()];
  }

  /**
   * Resolves when all threads are ready; later calls give the same promise.
   *
   * @throws ThreadContextBootError, ThreadMethodsError
   */
  start(): Promise<void> {
    if (this.#phase === 'NEW') outside(() => this.#tryToStart());
    return this.#boot.promise;
  }

  /** Runs a task on a thread that is ready and has none. */
  run(thread: PoolThread, task: ThreadTask, transfer?: Transferable[]): Promise<ThreadAnswer> {
    if (this.#piscina === undefined) throw new Error('The pool has not started');
    this.#chosen = thread.id;
    try {
      return this.#piscina.run(
        task,
        transfer === undefined ? {} : { transferList: transfer as [] },
      );
    } finally {
      this.#chosen = NOBODY;
    }
  }

  /** What a call is told whose thread went away. */
  lossOf(thread: PoolThread, cause: unknown): ThreadLostError {
    const { error } = this.#threads.get(thread.id) ?? {};
    const reason = error ?? (cause instanceof Error ? cause : new Error(String(cause)));
    return new ThreadLostError(this.#setup.pool.name, reason.message, { cause: reason });
  }

  /** Tells the thread that runs the call. */
  cancel(thread: PoolThread, call: number): void {
    this.flags.cancel(thread.place, call);
    this.#order({ kind: 'cancel', call });
  }

  /** It gets no other call: one that answers just now is ended nevertheless. */
  terminate(thread: PoolThread): void {
    if (thread.state === 'READY') thread.state = 'ENDING';
    void this.#threads.get(thread.id)?.worker.terminate();
  }

  /** Runs the shutdown hooks of all threads and ends them; those that do not end are ended. */
  async close(graceMs: number): Promise<void> {
    if (this.#phase === 'CLOSED') return;
    this.#phase = 'CLOSED';
    const error = new ThreadContextBootError(this.#setup.pool.name, 'the application is closing');
    this.#boot.reject(error);
    const piscina = this.#piscina;
    if (piscina === undefined) return;
    await this.#closeThreads(graceMs);
    this.#channel?.close();
    // Native code that blocks keeps its thread: nobody waits for it.
    await within(piscina.destroy(), graceMs);
  }

  /** Threads that can't even be made fail the start as those do that can't boot. */
  #tryToStart(): void {
    this.#phase = 'STARTED';
    try {
      this.#start();
    } catch (error) {
      this.#channel?.close();
      this.#failStart(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #start(): void {
    const { pool, options, boot } = this.#setup;
    if (!existsSync(ENTRY)) throw new Error(`${ENTRY} is not there; ${EXTERNAL}`);
    const channel = `nestjs-buttress.threads.${process.pid}.${++pools}`;
    this.#channel = new BroadcastChannel(channel);
    this.#channel.unref();
    const workerData: ThreadBoot = {
      ...boot(),
      pool: pool.name,
      channel,
      flags: this.flags.memory,
    };
    this.#piscina = new Piscina<ThreadTask, ThreadAnswer>({
      filename: ENTRY,
      minThreads: pool.threads,
      maxThreads: pool.threads,
      // Between tasks the thread's own loop must turn, for what its context keeps open.
      atomics: 'disabled',
      workerData,
      loadBalancer: (_task, workers) => workers.find(({ id }) => id === this.#chosen) ?? null,
      ...(options.execArgv === undefined ? {} : { execArgv: [...options.execArgv] }),
      ...(options.resourceLimits === undefined ? {} : { resourceLimits: options.resourceLimits }),
    });
    this.#listen(this.#piscina);
    const isLate = setTimeout(() => this.#failStart(new Error(LATE)), options.bootTimeoutMs);
    void this.#boot.promise.catch(ignore).then(() => clearTimeout(isLate));
  }

  #listen(piscina: Piscina): void {
    piscina.on('workerCreate', ({ id }: { id: number }) => this.#created(piscina, id));
    piscina.on('message', (message: unknown) => this.#onMessage(threadMessageOf(message)));
    // Emitted when a thread has no task: the thread's own listeners tell of it.
    piscina.on('error', ignore);
  }

  #created(piscina: Piscina, id: number): void {
    const worker = piscina.threads.find(({ threadId }) => threadId === id);
    // It ended before we heard of it; so did its replacement's announcement not.
    if (worker === undefined) return;
    const thread: Live = { id, place: this.#freePlace(), state: 'BOOTING', worker };
    this.#threads.set(id, thread);
    worker.once('error', (error) => {
      thread.error = error instanceof Error ? error : new Error(String(error));
      this.#setup.events.onError(thread.error);
      this.#gone(thread, `it failed: ${thread.error.message}`);
    });
    worker.once('exit', (code) => this.#gone(thread, `it ended with code ${code}`));
  }

  #freePlace(): number {
    const taken = new Set([...this.#threads.values()].map(({ place }) => place));
    let place = 0;
    while (taken.has(place)) place++;
    return place;
  }

  #gone(thread: Live, how: string): void {
    if (thread.state === 'GONE') return;
    const { state } = thread;
    thread.state = 'GONE';
    this.#setup.events.onGone(thread);
    // Calls that it ran still ask what happened to it.
    setImmediate(() => this.#threads.delete(thread.id));
    this.#closing.delete(thread.id);
    if (this.#closing.size === 0) this.#onClosed?.();
    if (state === 'BOOTING') this.#failBoot(new Error(`${how} before it was ready`));
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

  #booted({ thread: id, problems }: Extract<ThreadMessage, { kind: 'booted' }>): void {
    const thread = this.#threads.get(id);
    if (thread === undefined || thread.state !== 'BOOTING') return;
    if (problems.length > 0) return this.#failStart(new ThreadMethodsError(problems));
    thread.state = 'READY';
    this.#failures = 0;
    this.flags.bootDelayMs = 0;
    this.#setup.events.onReady(thread);
    const ready = this.threads.filter(({ state }) => state === 'READY');
    if (ready.length >= this.#setup.pool.threads) this.#boot.resolve();
  }

  #bootFailed(id: number, reason: unknown): void {
    const thread = this.#threads.get(id);
    if (thread === undefined) return;
    thread.state = 'FAILED';
    this.#failBoot(reason instanceof Error ? reason : new Error(String(reason)));
    // Its replacement waits before it tries.
    void thread.worker.terminate();
  }

  #failBoot(cause: Error): void {
    if (this.#phase === 'CLOSED') return;
    this.flags.bootDelayMs = Math.min(RESTART.most, RESTART.first * 2 ** this.#failures++);
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
    for (const { id, state } of this.threads) if (state === 'READY') this.#closing.add(id);
    if (this.#closing.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onClosed = resolve;
    this.#order({ kind: 'close' });
    await within(promise, graceMs);
  }

  #order(order: ThreadOrder): void {
    this.#channel?.postMessage(order);
  }
}

const LATE = 'it was not ready in time (threads.bootTimeoutMs)';

const EXTERNAL = 'in a bundle, nestjs-buttress and piscina must stay external';

function ignore(): void {}
