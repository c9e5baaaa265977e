import type { Load } from '../../../../lib/cluster/scaling/load.ts';
import {
  type ScalingChange,
  ScalingPolicy,
  type ScalingTerms,
} from '../../../../lib/cluster/scaling/scaling-policy.ts';

export const TERMS: ScalingTerms = {
  min: 1,
  max: 4,
  targetUtilization: 0.7,
  windowMs: 5_000,
  downAfterMs: 120_000,
  coolDownMs: 10_000,
  waitTargetMs: 20,
};

/** Time from the start of a worker until it is READY. */
export const START_MS = 3_000;

/** Time that the drain of a worker takes. */
const DRAIN_MS = 5_000;

/** Longest wait in the accept queue, after which connections are refused. */
const MAX_WAIT_MS = 500;

const STEP_MS = 1_000;

export interface SimulatedChange extends ScalingChange {
  at: number;
  from: number;
}

export interface SimulationOptions {
  terms?: Partial<ScalingTerms>;
  /** Load in event loops: what that many workers serve at a utilization of 1. */
  demand: (now: number) => number;
  /** Memory of a worker by its age, and of all together. @default no limit */
  memory?: { ofWorker: (ageMs: number) => number; limit: number };
}

interface Worker {
  spawnedAt: number;
  /** Undefined: it serves. */
  drainedAt?: number;
}

/** A group on paper: workers that start and drain as its policy says, and an accept queue. */
export class SimulatedGroup {
  readonly terms: ScalingTerms;
  readonly changes: SimulatedChange[] = [];
  readonly #options: SimulationOptions;
  readonly #policy: ScalingPolicy;
  #workers: Worker[];
  #waitMs = 0;
  #now = 0;
  /** Times at which connections were refused. */
  readonly shedAt: number[] = [];

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.terms = { ...TERMS, ...options.terms };
    this.#policy = new ScalingPolicy(this.terms);
    this.#workers = Array.from({ length: this.terms.min }, () => ({ spawnedAt: -START_MS }));
  }

  get wanted(): number {
    return this.#workers.filter(({ drainedAt }) => drainedAt === undefined).length;
  }

  get serving(): number {
    return this.#workers.filter(({ spawnedAt, drainedAt }) => {
      return drainedAt === undefined && this.#now - spawnedAt >= START_MS;
    }).length;
  }

  run(forMs: number): this {
    const end = this.#now + forMs;
    while (this.#now < end) this.#step();
    return this;
  }

  #step(): void {
    this.#now += STEP_MS;
    this.#workers = this.#workers.filter(({ drainedAt = Infinity }) => {
      return this.#now - drainedAt < DRAIN_MS || drainedAt === Infinity;
    });
    const verdict = this.#policy.look(this.#load(), this.#now);
    if (verdict.kind !== 'change') return;
    const from = this.wanted;
    this.changes.push({ ...verdict, at: this.#now, from });
    this.#policy.changed({ from, to: verdict.to }, this.#now);
    while (this.wanted < verdict.to) this.#workers.push({ spawnedAt: this.#now });
    for (const worker of this.#workers.toReversed()) {
      if (this.wanted > verdict.to) worker.drainedAt ??= this.#now;
    }
  }

  #load(): Load {
    const { serving } = this;
    const demand = this.#options.demand(this.#now);
    const excess = demand - serving;
    const shed = this.#queue(excess / serving);
    return {
      wanted: this.wanted,
      min: this.terms.min,
      out: 0,
      utilizations: Array.from({ length: serving }, () => Math.min(1, demand / serving)),
      waitMs: this.#waitMs,
      shed,
      ...this.#memory(),
      isEnding: this.#workers.some(({ drainedAt }) => drainedAt !== undefined),
    };
  }

  /** What workers can't take waits longer and longer, then is refused. */
  #queue(excess: number): number {
    const waitMs = this.#waitMs + STEP_MS * excess;
    this.#waitMs = Math.max(0, Math.min(MAX_WAIT_MS, waitMs));
    if (waitMs <= MAX_WAIT_MS) return 0;
    this.shedAt.push(this.#now);
    return Math.ceil(100 * excess);
  }

  #memory(): Pick<Load, 'room' | 'isShort'> {
    const { memory } = this.#options;
    if (memory === undefined) return { room: Infinity, isShort: false };
    const sizes = this.#workers.map(({ spawnedAt }) => memory.ofWorker(this.#now - spawnedAt));
    const used = sizes.reduce((sum, size) => sum + size, 0);
    const left = memory.limit - used;
    return { room: Math.max(0, Math.floor(left / (used / sizes.length))), isShort: left < 0 };
  }
}
