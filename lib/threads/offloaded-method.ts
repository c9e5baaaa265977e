import { processClock } from '../common/clock.ts';
import type { Stats } from '../stats/stats.ts';
import { approximateSize } from './approximate-size.ts';
import { AutoOffload } from './auto-offload.ts';
import { clonable, reviveBuffers } from './clone-values.ts';
import { MethodStats, type MethodSnapshot } from './method-stats.ts';
import type { OffloadPool } from './offload-pool.ts';
import type { CallRequest, CallResult, TaskBase } from './offloaded-call.ts';
import type { ResolvedPoolOptions } from './pool.options.ts';
import type { ThreadOutcome, ThreadTask } from './protocol.ts';
import type { ErrorDecoder } from './remote-error.ts';
import type { ThreadMethod } from './thread-method.ts';
import { ThreadSerializationError } from './threads.errors.ts';
import type { ThreadsMode } from './threads.options.ts';
import { transferable } from './transfer.ts';
import { findUncloneable } from './uncloneable.ts';

export interface OffloadedMethodSetup {
  id: string;
  method: ThreadMethod;
  pool: ResolvedPoolOptions;
  /** Undefined if calls run inline. */
  threads: OffloadPool | undefined;
  mode: ThreadsMode;
  decoder: ErrorDecoder;
  stats: Stats;
}

/** A decorated method of one application. */
export class OffloadedMethod {
  readonly id: string;
  readonly auto: AutoOffload | undefined;
  readonly #setup: OffloadedMethodSetup;
  readonly #stats: MethodStats;

  constructor(setup: OffloadedMethodSetup) {
    const { id, pool, method, stats } = setup;
    this.id = id;
    this.#setup = setup;
    this.#stats = new MethodStats(stats, { method: id, pool: pool.name });
    this.auto = method.when instanceof AutoOffload ? method.when : undefined;
  }

  call(instance: object, args: unknown[]): Promise<unknown> {
    const { mode, threads, method } = this.#setup;
    if (mode === 'inline-clone') return this.#onCopies(instance, args);
    if (threads === undefined) return this.#inline(instance, args);
    if (this.auto !== undefined) return this.#learn(this.auto, threads, { instance, args });
    if (method.when !== undefined) return this.#decide(threads, { instance, args });
    return this.#offload(threads, args);
  }

  snapshot(): MethodSnapshot {
    const { pool } = this.#setup;
    const { runMs, copyMs, roiMs, counts } = this.#stats;
    const times = { runMs, copyMs, roiMs };
    return {
      id: this.id,
      pool: pool.name,
      kind: pool.kind,
      calls: structuredClone(counts),
      ...times,
    };
  }

  #inline(instance: object, args: unknown[]): Promise<unknown> {
    this.#stats.counts.inline++;
    return this.#setup.method.original.apply(instance, args) as Promise<unknown>;
  }

  /** Async, so that an exception in the condition rejects, as one in the method does. */
  async #decide(
    threads: OffloadPool,
    { instance, args }: { instance: object; args: unknown[] },
  ): Promise<unknown> {
    const when = this.#setup.method.when as (...args: unknown[]) => boolean;
    return when(...args) ? this.#offload(threads, args) : this.#inline(instance, args);
  }

  async #learn(
    auto: AutoOffload,
    threads: OffloadPool,
    { instance, args }: { instance: object; args: unknown[] },
  ): Promise<unknown> {
    const { size: sizeOf } = this.#setup.method.options;
    const size = sizeOf === undefined ? approximateSize(args) : sizeOf(...(args as never[]));
    if (auto.shouldOffload(this.id, size)) {
      return this.#offload(threads, args, ({ answer, queuedMs, totalMs }) => {
        const { busyMs = answer.runMs, runMs } = answer;
        auto.offloaded(this.id, size, { busyMs, overheadMs: totalMs - queuedMs - runMs });
      });
    }
    const startedAt = processClock.now();
    const result = this.#inline(instance, args);
    auto.inlined(this.id, size, processClock.now() - startedAt);
    return result;
  }

  /** Awaits here, so that the stack of an error continues with the caller's. */
  async #offload(
    threads: OffloadPool,
    args: unknown[],
    learn?: (result: CallResult) => void,
  ): Promise<unknown> {
    const { counts } = this.#stats;
    let result: CallResult;
    try {
      const waiting = threads.submit(this.#request(args, learn !== undefined));
      counts.offloaded++;
      result = await waiting;
    } catch (error) {
      throw this.#cloneError(error, args);
    }
    learn?.(result);
    this.#stats.done(result);
    return this.#resultOf(result.answer.outcome);
  }

  #request(args: unknown[], isTimed: boolean): CallRequest {
    const { id, method, pool } = this.#setup;
    const { cancel = pool.cancel, timeoutMs } = method.options;
    const task = (base: TaskBase) => this.#task(args, base, isTimed);
    return { id, cancel, timeoutMs, counts: this.#stats.counts, task };
  }

  #task(args: unknown[], base: TaskBase, isTimed: boolean): ReturnType<CallRequest['task']> {
    const asked = transferable(this.#setup.method.options.transfer?.(...args));
    const { value, buffers, transfer, copiedBytes } = clonable(args, asked);
    const sampled = this.#stats.shouldSample() ? { transfer, copiedBytes } : undefined;
    const task: ThreadTask = { id: this.id, args: value, buffers, isTimed, sampled, ...base };
    return { task, transfer };
  }

  #resultOf(outcome: ThreadOutcome): unknown {
    const { counts } = this.#stats;
    if (outcome.kind === 'value') {
      counts.completed++;
      reviveBuffers(outcome.buffers);
      return outcome.value;
    }
    counts.failed++;
    if (outcome.kind === 'uncloneable') {
      throw new ThreadSerializationError(this.id, outcome.path, outcome.what);
    }
    throw this.#setup.decoder.decode(outcome.error);
  }

  /** Locates the part of the arguments that can't be copied. */
  #cloneError(error: unknown, args: readonly unknown[]): unknown {
    if (!(error instanceof Error) || error.name !== 'DataCloneError') return error;
    this.#stats.counts.failed++;
    const found = findUncloneable(args);
    const { path = 's', what = `can't be copied: ${error.message}` } = found ?? {};
    return new ThreadSerializationError(this.id, `args${path}`, what, { cause: error });
  }

  /** Runs inline on copies, as a thread would. */
  async #onCopies(instance: object, args: unknown[]): Promise<unknown> {
    const copies = this.#copy(args, 'args') as unknown[];
    const result = await this.#inline(instance, copies);
    return this.#copy(result, 'result');
  }

  #copy(value: unknown, name: string): unknown {
    const found = findUncloneable(value);
    if (found !== undefined) {
      throw new ThreadSerializationError(this.id, name + found.path, found.what);
    }
    const { transfer = [], ...ready } = clonable(value);
    const copy = structuredClone(ready, { transfer: transfer as ArrayBuffer[] });
    reviveBuffers(copy.buffers);
    return copy.value;
  }
}
