import type { Clock } from '../../common/clock.ts';
import { DAY_MS } from '../../common/clock.ts';
import { thisMachine } from '../../common/options/machine.ts';
import { availableMemory } from '../../common/process/available-memory.ts';
import { recycleOptions } from '../recycle.options.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import { RecyclePolicy } from './recycle-policy.ts';

/** Limit of the meta process's private memory: several times its normal use. */
const MAX_BYTES = 256 << 20;

/** Its largest share of a small container's memory: the workers need the rest. */
const MAX_SHARE = 0.25;

/** Memory only: loop delay is ignored because the loop serves only operators. */
const LIMITS = recycleOptions.check(
  'recycle',
  {
    maxRssBytes: Math.min(MAX_BYTES, Math.floor(MAX_SHARE * availableMemory())),
    maxLoopDelayMs: DAY_MS,
  },
  thisMachine(),
);

export interface PagesMemoryOptions {
  clock: Clock;
  random: () => number;
  /** Called with a process whose memory stays over the limit. */
  onGrown: (worker: ManagedWorker, reason: string) => void;
}

/** Samples the meta process and has it replaced when its memory stays over the limit. */
export class PagesMemory {
  readonly #options: PagesMemoryOptions;
  readonly #policies = new WeakMap<ManagedWorker, RecyclePolicy>();
  #sampledAt: number;

  constructor(options: PagesMemoryOptions) {
    this.#options = options;
    this.#sampledAt = options.clock.now();
  }

  /** Call it several times a second. */
  tick(workers: readonly ManagedWorker[]): void {
    const now = this.#options.clock.now();
    for (const worker of workers) this.#weigh(worker, now);
    if (now - this.#sampledAt < LIMITS.sampleIntervalMs) return;
    this.#sampledAt = now;
    for (const worker of workers) {
      const reason = this.#look(worker, now);
      if (reason !== undefined) this.#options.onGrown(worker, reason);
    }
  }

  /** Records memory at READY: a process that always needs more is not replaced for ever. */
  #weigh(worker: ManagedWorker, now: number): void {
    const { usage, readyAt } = worker;
    if (readyAt === undefined || usage === undefined) return;
    this.#policyOf(worker).weigh(usage.privateBytes, now - readyAt);
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
      livenessFailure: undefined,
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
