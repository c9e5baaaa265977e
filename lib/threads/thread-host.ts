import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { deserialize, serialize } from 'node:v8';
import { BroadcastChannel, type MessagePort, threadId } from 'node:worker_threads';

import { Piscina } from 'piscina';

import { processClock } from '../common/clock.ts';
import { Context } from '../context/context.ts';
import { redirectLines } from '../logging/line-destination.ts';
import { processStats } from '../stats/process-stats.ts';
import { CancelFlags } from './cancel-flags.ts';
import { clonable, reviveBuffers } from './clone-values.ts';
import type {
  ThreadAnswer,
  ThreadBoot,
  ThreadMessage,
  ThreadMessageEnvelope,
  ThreadOrder,
  ThreadOutcome,
  ThreadSample,
  ThreadTask,
} from './protocol.ts';
import { encodeError } from './remote-error.ts';
import { ThreadCall } from './thread-call.ts';
import type { ThreadContext } from './thread-runtime.module.ts';
import { runningCalls } from './thread-scope.ts';
import type { DiscoveredMethod } from './threads.explorer.ts';
import { takeTransferList, transferable } from './transfer.ts';
import { findUncloneable } from './uncloneable.ts';

/** How often the main thread hears what was counted here, in milliseconds. */
const STATS_MS = 1_000;

/** How often the statistics here begin a new interval, in milliseconds. */
const ROTATE_MS = 10_000;

type Booted = { kind: 'READY'; context: ThreadContext } | { kind: 'FAILED'; error: unknown };

/** A thread of a pool: boots the application's context once and runs methods of its providers. */
export class ThreadHost {
  readonly #boot: ThreadBoot;
  readonly #port: MessagePort;
  readonly #flags: CancelFlags;
  readonly #channel: BroadcastChannel;
  readonly #booted = Promise.withResolvers<Booted>();
  readonly #running = new Map<number, ThreadCall>();
  #hasCounted = false;

  constructor(boot: ThreadBoot, port: MessagePort) {
    this.#boot = boot;
    this.#port = port;
    this.#flags = new CancelFlags(boot.flags);
    this.#channel = new BroadcastChannel(boot.channel);
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a listener would keep it open
    this.#channel.onmessage = ({ data }: { data: unknown }) => this.#onOrder(data as ThreadOrder);
    this.#channel.unref();
    redirectLines({ write: (line) => this.#tell({ kind: 'line', line }) });
  }

  async boot(): Promise<void> {
    // One that could not start before does not try again at once.
    if (this.#flags.bootDelayMs > 0) await sleep(this.#flags.bootDelayMs);
    try {
      const context = await this.#createContext();
      const { methods, problems } = context;
      const found = [...methods.keys()];
      const all = [...problems, ...missing(this.#boot, found)];
      this.#reportStats();
      this.#booted.resolve({ kind: 'READY', context });
      this.#tell({ kind: 'booted', thread: threadId, methods: found, problems: all });
    } catch (error) {
      this.#booted.resolve({ kind: 'FAILED', error });
      this.#tell({ kind: 'boot-failed', thread: threadId, error: encodeError(error) });
    }
  }

  /** Never throws: an error would lose its class on Piscina's way. */
  async run(task: ThreadTask): Promise<ThreadAnswer> {
    const booted = await this.#booted.promise;
    if (booted.kind === 'FAILED') return answerWith(errorOutcome(booted.error), 0);
    const { context } = booted;
    const method = context.methods.get(task.id);
    if (method === undefined) {
      return answerWith(errorOutcome(new Error(`${task.id} is not in this thread`)), 0);
    }
    this.#hasCounted = true;
    return this.#call(task, method, context);
  }

  async #call(
    task: ThreadTask,
    method: DiscoveredMethod,
    { app }: ThreadContext,
  ): Promise<ThreadAnswer> {
    const call = new ThreadCall(task, this.#flags);
    this.#running.set(task.call, call);
    reviveBuffers(task.buffers);
    const before = task.isTimed === true ? performance.eventLoopUtilization() : undefined;
    const startedAt = processClock.now();
    let outcome: ThreadOutcome | { kind: 'result'; value: unknown };
    try {
      const instance = method.instance ?? (await app.resolve(method.token, undefined, ANYWHERE));
      const value = await enter(task, call, () => {
        return method.method.original.apply(instance, task.args);
      });
      outcome = { kind: 'result', value };
    } catch (error) {
      outcome = errorOutcome(error);
    }
    const runMs = processClock.now() - startedAt;
    const busyMs = before && performance.eventLoopUtilization(before).active;
    this.#running.delete(task.call);
    if (outcome.kind !== 'result') return answerWith(outcome, runMs, busyMs);
    const sample = task.isSample === true ? sampleOf(task.args, outcome.value) : undefined;
    return answerOf(outcome.value, { runMs, busyMs, sample });
  }

  async #createContext(): Promise<ThreadContext> {
    const { module: url, export: name, features } = this.#boot;
    const { createThreadContext } = await import('./thread-runtime.module.js');
    return createThreadContext(moduleIn(await load(url), name, url), features);
  }

  #onOrder(order: ThreadOrder): void {
    if (order.kind === 'cancel') this.#running.get(order.call)?.cancel();
    else void this.#close();
  }

  async #close(): Promise<void> {
    const booted = await this.#booted.promise;
    try {
      if (booted.kind === 'READY') await booted.context.app.close();
    } catch (error) {
      console.error(error);
    }
    this.#tellStats();
    this.#tell({ kind: 'closed', thread: threadId });
  }

  #reportStats(): void {
    setInterval(() => this.#tellStats(), STATS_MS).unref();
    setInterval(() => processStats().rotate(ROTATE_MS), ROTATE_MS).unref();
  }

  #tellStats(): void {
    if (!this.#hasCounted) return;
    this.#hasCounted = this.#running.size > 0;
    this.#tell({ kind: 'stats', thread: threadId, stats: processStats().snapshot() });
  }

  #tell(message: ThreadMessage): void {
    const envelope: ThreadMessageEnvelope = { buttress: message };
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have none
    this.#port.postMessage(envelope);
  }
}

const ANYWHERE = { strict: false } as const;

async function load(url: string): Promise<Record<string, unknown>> {
  if (url.startsWith('file:') && !existsSync(fileURLToPath(url))) {
    throw new Error(
      `${fileURLToPath(url)} is not there. It is built with the application; in a bundle the ` +
        'module for threads is an entry of its own',
    );
  }
  return (await import(url)) as Record<string, unknown>;
}

type NestModule = Parameters<
  (typeof import('./thread-runtime.module.ts'))['createThreadContext']
>[0];

/** CommonJS may give all of its exports as `default`. */
function moduleIn(exports: Record<string, unknown>, name: string, url: string): NestModule {
  const inner = exports['default'] as Record<string, unknown> | undefined;
  const module = exports[name] ?? inner?.[name];
  if (typeof module === 'function' || typeof module === 'object') return module as NestModule;
  const names = Object.keys(exports).join(', ') || 'nothing';
  throw new Error(`${url} exports no "${name}" (threads.context.export); it exports: ${names}`);
}

function missing({ methods }: ThreadBoot, found: readonly string[]): string[] {
  const absent = methods.filter((id) => !found.includes(id));
  if (absent.length === 0) return [];
  const there = found.length === 0 ? 'none' : found.join(', ');
  const known = `the thread's module has: ${there}. Where classes are minified, give methods an id`;
  return absent.map((id) => `${id} is missing in the threads (${known})`);
}

function enter<T>({ context }: ThreadTask, call: ThreadCall, fn: () => T): T {
  return runningCalls.run(call, () => {
    return context === undefined ? fn() : Context.revive(context, fn);
  });
}

function errorOutcome(error: unknown): ThreadOutcome {
  return { kind: 'error', error: encodeError(error) };
}

function answerWith(outcome: ThreadOutcome, runMs: number, busyMs?: number): ThreadAnswer {
  return { outcome, runMs, busyMs };
}

/** What can't be copied must not reach Piscina: the thread would end over it. */
function answerOf(value: unknown, measured: Omit<ThreadAnswer, 'outcome'>): ThreadAnswer {
  const transfer = transferable(takeTransferList(value));
  const found = findUncloneable(value, transfer);
  if (found !== undefined) return { ...measured, outcome: { kind: 'uncloneable', ...found } };
  const outcome: ThreadOutcome = { kind: 'value', ...clonable(value, transfer) };
  const answer: ThreadAnswer = { ...measured, outcome };
  return transfer === undefined ? answer : movable(answer, transfer);
}

/** As Piscina wants a value with what is transferred. */
function movable(answer: ThreadAnswer, transfer: readonly unknown[]): ThreadAnswer {
  const moved = { [Piscina.valueSymbol]: answer, [Piscina.transferableSymbol]: transfer };
  return Piscina.move(moved as never) as unknown as ThreadAnswer;
}

/** Measured here, where it holds nobody up. Undefined for what only messages can carry. */
function sampleOf(args: unknown[], result: unknown): ThreadSample | undefined {
  try {
    const argumentBytes = serialize(args).byteLength;
    const bytes = serialize(result);
    const startedAt = processClock.now();
    deserialize(bytes);
    const readMs = processClock.now() - startedAt;
    return { argumentBytes, resultBytes: bytes.byteLength, readMs };
  } catch {
    return undefined;
  }
}
