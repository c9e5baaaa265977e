import type { Clock } from '../../common/clock.ts';
import { resolveRecycle } from '../recycle.options.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import { RecyclePolicy } from './recycle-policy.ts';

/** Memory of the pages' process that no other process shares, in bytes: some three times what it needs. */
const MAX_BYTES = 256 << 20;

/** Nothing else replaces it: its loop serves nobody but operators. */
const LIMITS = resolveRecycle(
  { maxRssBytes: MAX_BYTES, maxLoopDelayMs: 86_400_000 },
  { memoryBytes: MAX_BYTES, workers: 1 },
);

export interface PagesMemoryOptions {
  clock: Clock;
  random: () => number;
  /** Called with a process that has grown for too long, and with what was found. */
  onGrown: (worker: ManagedWorker, reason: string) => void;
}

/** Looks at the pages' process now and then, and has it replaced when it keeps too much memory. */
export class PagesMemory {
  readonly #options: PagesMemoryOptions;
  readonly #policies = new WeakMap<ManagedWorker, RecyclePolicy>();
  #sampledAt: number;

  constructor(options: PagesMemoryOptions) {
    this.#options = options;
    this.#sampledAt = options.clock.now();
  }

  /** To be called several times a second. */
  tick(workers: readonly ManagedWorker[]): void {
    const now = this.#options.clock.now();
    if (now - this.#sampledAt < LIMITS.sampleEveryMs) return;
    this.#sampledAt = now;
    for (const worker of workers) {
      const reason = this.#look(worker, now);
      if (reason !== undefined) this.#options.onGrown(worker, reason);
    }
  }

  #look(worker: ManagedWorker, now: number): string | undefined {
    const { usage, state, spawnedAt } = worker;
    if (state.kind !== 'READY' || usage === undefined) return undefined;
    const { privateBytes, requests } = usage;
    const finding = this.#policyOf(worker).look({
      ageMs: now - spawnedAt,
      privateBytes,
      requests,
      loopDelayMs: 0,
      othersLoopDelayMs: undefined,
      unwell: undefined,
    });
    return finding?.reason;
  }

  #policyOf(worker: ManagedWorker): RecyclePolicy {
    const known = this.#policies.get(worker);
    if (known !== undefined) return known;
    const policy = new RecyclePolicy(LIMITS, this.#options.random);
    this.#policies.set(worker, policy);
    return policy;
  }
}
