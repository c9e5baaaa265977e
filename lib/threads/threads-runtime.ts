import type { ErrorClass } from '../common/errors/error-class.ts';
import { processLifecycle } from '../common/process/lifecycle.ts';
import type { ThreadShare } from '../common/process/thread-twin.ts';
import type { ContextScope } from '../context/context-scope.ts';
import { storage } from '../context/storage.ts';
import type { Stats } from '../stats/stats.ts';
import type { AutoOffloadEntry } from './auto-offload.ts';
import type { ThreadState } from './live-thread.ts';
import type { MethodSnapshot } from './method-stats.ts';
import { OffloadPool, type OffloadPoolSetup } from './offload-pool.ts';
import type { OffloadRuntime } from './offload-runtime.ts';
import type { RunningCall } from './offloaded-call.ts';
import { OffloadedMethod } from './offloaded-method.ts';
import type { BootSnapshot } from './pool-stats.ts';
import type { ResolvedPoolOptions } from './pool.options.ts';
import type { ThreadFeatures } from './protocol.ts';
import { ErrorDecoder } from './remote-error.ts';
import type { ThreadKind } from './thread-kinds.ts';
import type { ThreadMethod } from './thread-method.ts';
import { ThreadContextBootError, ThreadMethodsError } from './threads.errors.ts';
import type { ResolvedThreadsOptions } from './threads.options.ts';

export interface ThreadsRuntimeSetup {
  options: ResolvedThreadsOptions;
  stats: Stats;
  scope: ContextScope | undefined;
  /** Error classes besides those of the options. */
  errors: readonly ErrorClass[];
  features: (share: ThreadShare) => ThreadFeatures;
  events: OffloadPoolSetup['events'];
}

/** A decorated method and its id. */
export interface FoundMethod {
  id: string;
  method: ThreadMethod;
}

/** State of a pool. */
export interface PoolSnapshot {
  name: string;
  kind: ThreadKind;
  cancel: string;
  /** Most threads at a time. */
  size: number;
  /** Threads that are there even if no call is. */
  minThreads: number;
  threads: { id: number; state: ThreadState; call: RunningCall | null }[];
  ready: number;
  booting: number;
  busy: number;
  /** Threads busy with abandoned calls. */
  abandoned: number;
  waiting: number;
  maxQueue: number;
  /** Estimated wait of a new call; that for a boot while no thread is ready. */
  waitMs: number;
  boots: BootSnapshot;
}

export interface ThreadsSnapshot {
  mode: string;
  pools: PoolSnapshot[];
  methods: MethodSnapshot[];
  /** Decisions of `autoOffload()`. */
  auto: AutoOffloadEntry[];
}

/** Pools and decorated methods of one application. */
export class ThreadsRuntime implements OffloadRuntime {
  readonly #setup: ThreadsRuntimeSetup;
  readonly #decoder: ErrorDecoder;
  readonly #pools = new Map<string, OffloadPool>();
  /** Methods by id; the map below is by prototype, since a class may inherit a method. */
  readonly #methods = new Map<string, OffloadedMethod>();
  readonly #byPrototype = new WeakMap<object, Map<ThreadMethod, OffloadedMethod>>();

  constructor(setup: ThreadsRuntimeSetup) {
    this.#setup = setup;
    this.#decoder = new ErrorDecoder([...setup.errors, ...setup.options.errors]);
  }

  get isPresent(): boolean {
    const { scope } = this.#setup;
    return scope !== undefined && storage.getStore()?.isOf(scope) === true;
  }

  call(instance: object, method: ThreadMethod, args: unknown[]): Promise<unknown> | undefined {
    const prototype = Object.getPrototypeOf(instance) as object;
    return this.#byPrototype.get(prototype)?.get(method)?.call(instance, args);
  }

  /**
   * Registers the methods of a class.
   *
   * @throws ThreadMethodsError for an unknown pool
   */
  add(prototype: object, found: readonly FoundMethod[]): void {
    const own = new Map<ThreadMethod, OffloadedMethod>();
    for (const { id, method } of found) own.set(method, this.#methodOf(id, method));
    this.#byPrototype.set(prototype, own);
  }

  /**
   * Starts `minThreads` of the pools in use; resolves when they are ready, or at once without
   * `warmup`.
   *
   * @throws ThreadContextBootError, ThreadMethodsError
   */
  async start(): Promise<void> {
    const { options } = this.#setup;
    const starts = [...this.#pools.values()].map((pool) => pool.start());
    if (!options.warmup) return;
    try {
      await Promise.all(starts);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { closeTimeoutMs } = this.#setup.options;
    await Promise.all([...this.#pools.values()].map((pool) => pool.close(closeTimeoutMs)));
  }

  snapshot(): ThreadsSnapshot {
    const methods = [...this.#methods.values()];
    const autos = new Set(methods.flatMap(({ auto }) => auto ?? []));
    return {
      mode: this.#setup.options.mode,
      pools: [...this.#pools.values()].map(poolSnapshot),
      methods: methods.map((method) => method.snapshot()),
      auto: [...autos].flatMap((auto) => auto.table()),
    };
  }

  get #share(): ThreadShare {
    const sizes = [...this.#pools.values()].map(({ options }) => options.threads);
    return { threads: sizes.reduce((sum, size) => sum + size, 0) };
  }

  #methodOf(id: string, method: ThreadMethod): OffloadedMethod {
    const known = this.#methods.get(id);
    if (known !== undefined) return known;
    const { options, stats } = this.#setup;
    const name = method.options.pool ?? method.kind;
    const pool = options.pools.get(name);
    if (pool === undefined) throw new ThreadMethodsError([`${id} names an unknown pool "${name}"`]);
    const { mode } = options;
    const threads = mode === 'threads' ? this.#poolOf(pool) : undefined;
    const created = new OffloadedMethod({
      id,
      method,
      pool,
      threads,
      mode,
      decoder: this.#decoder,
      stats,
    });
    this.#methods.set(id, created);
    return created;
  }

  #poolOf(pool: ResolvedPoolOptions): OffloadPool {
    const known = this.#pools.get(pool.name);
    if (known !== undefined) return known;
    const { options, features, events, stats } = this.#setup;
    const { module, moduleExport } = options;
    if (module === undefined) {
      throw new ThreadContextBootError(pool.name, 'threads.module is not set');
    }
    // Called when the first thread starts, when all methods and pools are known.
    const boot = () => ({
      module,
      export: moduleExport,
      methods: [...this.#methods.keys()],
      identity: processLifecycle().identity,
      features: features(this.#share),
    });
    const created = new OffloadPool({
      pool,
      options,
      boot,
      decoder: this.#decoder,
      events,
      stats,
    });
    this.#pools.set(pool.name, created);
    return created;
  }
}

function poolSnapshot(pool: OffloadPool): PoolSnapshot {
  const { name, kind, cancel, threads: size, minThreads } = pool.options;
  const { maxQueue, ready, booting, busy, abandoned, waiting, waitMs, boots } = pool;
  const threads = pool.threads.map((thread) => {
    return { id: thread.id, state: thread.state, call: pool.callOf(thread) ?? null };
  });
  return {
    name,
    kind,
    cancel,
    size,
    minThreads,
    threads,
    ready,
    booting,
    busy,
    abandoned,
    waiting,
    maxQueue,
    waitMs,
    boots,
  };
}
