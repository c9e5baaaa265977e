import { MIB, mib } from '../../common/mib.ts';
import type { ResolvedRecycleOptions } from '../recycle.options.ts';

/** Reason for recycling a worker. */
export type RecycleKind = 'memory' | 'age' | 'requests' | 'loop-delay' | 'liveness';

/** Kinds that fluctuate, and so must persist. */
type Wavering = 'memory' | 'loop-delay' | 'liveness';

/** A reason to recycle: the measured value and the limit that it exceeds. */
export interface RecycleFinding {
  kind: RecycleKind;
  /** Human-readable. */
  reason: string;
  value: number;
  limit: number;
}

/** One sample of a worker. */
export interface WorkerSample {
  ageMs: number;
  /** Memory that no other process shares. */
  privateBytes: number;
  requests: number;
  loopDelayMs: number;
  /** Median of the other workers' delays; undefined without others. */
  othersLoopDelayMs: number | undefined;
  /** Failure of a liveness check, human-readable; undefined: all pass. */
  livenessFailure: string | undefined;
}

/** Jitter of each worker's limits, as a fraction. */
const JITTER = 0.1;

/** Minimum limits, from memory at READY: a new worker must have room to grow. */
const FLOORS = {
  soft: { factor: 1.25, bytes: 64 * MIB },
  hard: { factor: 1.5, bytes: 96 * MIB },
} as const;

/** Time after READY in which a measurement counts as memory at READY: later it may have grown. */
const WEIGHED_WITHIN_MS = 10_000;

/** Waits between two tries to replace the only READY worker, doubling. */
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 300_000;

/** Shortest time between two collections of one worker: each blocks its loop briefly. */
const COLLECT_EVERY_MS = 300_000;

/** Time for such a collection, which waits for a moment without requests. */
const COLLECTION_MS = 5_000;

/** Action against a worker over its hard limit. */
export type HardVerdict = 'keep' | 'replace' | 'end';

/** Inputs of the `HardVerdict`. */
export interface HardSituation {
  privateBytes: number;
  ageMs: number;
  /** Whether no other worker is READY. */
  isOnlyReady: boolean;
  /** Whether the group is near its memory limit, so that the kernel would kill a process. */
  isGroupShort: boolean;
}

/**
 * Decides when to recycle one worker, from samples taken every `sampleIntervalMs`; without
 * processes or a clock. What fluctuates (memory, delay, liveness) must exceed its limit in consecutive
 * samples; what only grows (age, requests) counts at once.
 */
export class RecyclePolicy {
  readonly #options: ResolvedRecycleOptions;
  /** Jittered limits of this worker. */
  readonly limits: { memoryBytes: number; ageMs: number; requests: number };
  /** Soft limit on memory before its minimum. */
  readonly #softBytes: number;
  /** Private memory at READY; 0: unknown. */
  #readyBytes = 0;
  #isWeighed = false;
  /** Age at the last collection. */
  #collectedAtMs = -Infinity;
  /** Replacements tried while it was the only READY worker, and the age before the next one. */
  #tries = 0;
  #nextTryAtMs = -Infinity;
  readonly #inARow: Record<Wavering, number> = { memory: 0, 'loop-delay': 0, liveness: 0 };

  /** @param random 0 to 1: position of this worker's limits within the jitter */
  constructor(options: ResolvedRecycleOptions, random: () => number) {
    const jitter = 1 - JITTER + 2 * JITTER * random();
    this.#options = options;
    this.#softBytes = Math.min(options.hardRssBytes, options.maxRssBytes * jitter);
    this.limits = {
      memoryBytes: this.#softBytes,
      ageMs: (options.maxAgeMs ?? Infinity) * jitter,
      requests: (options.maxRequests ?? Infinity) * jitter,
    };
  }

  /** Private memory at READY; 0: unknown. */
  get readyBytes(): number {
    return this.#readyBytes;
  }

  /**
   * Records the least measurement soon after READY, a minimum for the limits: a worker may collect
   * the garbage of its start only then. Call it with each measurement.
   *
   * @returns whether it has just become final
   */
  weigh(privateBytes: number, readyForMs: number): boolean {
    if (this.#isWeighed) return false;
    this.#isWeighed = readyForMs > WEIGHED_WITHIN_MS;
    if (this.#isWeighed) return this.#readyBytes > 0;
    const isLess = this.#readyBytes === 0 || privateBytes < this.#readyBytes;
    if (isLess) this.isReadyWith(privateBytes);
    return false;
  }

  /** Records memory at READY and raises the limits to their minimum. */
  isReadyWith(privateBytes: number): void {
    this.#readyBytes = privateBytes;
    this.limits.memoryBytes = Math.max(this.#softBytes, floorOf('soft', privateBytes));
  }

  get hardBytes(): number {
    return Math.max(this.#options.hardRssBytes, floorOf('hard', this.#readyBytes));
  }

  /** Whether the worker should collect its garbage first: V8 lets much of it lie for long. */
  shouldCollect({ privateBytes, ageMs }: Pick<WorkerSample, 'privateBytes' | 'ageMs'>): boolean {
    if (privateBytes <= this.limits.memoryBytes) return false;
    if (ageMs - this.#collectedAtMs < COLLECT_EVERY_MS) return false;
    this.#collectedAtMs = ageMs;
    return true;
  }

  /** Takes the next sample; returns a finding if the worker should be recycled. */
  look(sample: WorkerSample): RecycleFinding | undefined {
    const found = [this.#memory(sample), this.#loopDelay(sample), this.#liveness(sample)];
    if (sample.ageMs < this.#options.minAgeMs) return undefined;
    return found.find((one) => one !== undefined) ?? this.#lifetime(sample);
  }

  /** Decides about memory over the hard limit, which endangers the other workers too. */
  judgeHard({ privateBytes, ageMs, isOnlyReady, isGroupShort }: HardSituation): HardVerdict {
    if (privateBytes <= this.hardBytes) return 'keep';
    if (isGroupShort) return 'end';
    if (ageMs < this.#options.minAgeMs) return 'keep';
    if (!isOnlyReady) return 'end';
    return ageMs < this.#nextTryAtMs ? 'keep' : 'replace';
  }

  /** Call it after each replacement of the only READY worker: while it fails, the next one waits. */
  hasTried(ageMs: number): void {
    this.#nextTryAtMs = ageMs + Math.min(FIRST_RETRY_MS * 2 ** this.#tries++, MAX_RETRY_MS);
  }

  #memory({ privateBytes, ageMs }: WorkerSample): RecycleFinding | undefined {
    const limit = this.limits.memoryBytes;
    const mayCollect = ageMs - this.#collectedAtMs < COLLECTION_MS;
    if (!this.#persists('memory', privateBytes > limit && !mayCollect)) return undefined;
    const reason = `it used ${mib(privateBytes)} of memory, more than ${mib(limit)}`;
    return { kind: 'memory', reason, value: privateBytes, limit };
  }

  /** Must be twice the others' median: a busy machine delays all, which recycling won't help. */
  #loopDelay({ loopDelayMs, othersLoopDelayMs }: WorkerSample): RecycleFinding | undefined {
    const limit = this.#options.maxLoopDelayMs;
    const isAlone = othersLoopDelayMs === undefined || othersLoopDelayMs < loopDelayMs / 2;
    if (!this.#persists('loop-delay', loopDelayMs > limit && isAlone)) return undefined;
    const reason = `its event loop was late by ${Math.round(loopDelayMs)} ms, more than ${limit} ms`;
    return { kind: 'loop-delay', reason, value: loopDelayMs, limit };
  }

  #liveness({ livenessFailure }: WorkerSample): RecycleFinding | undefined {
    if (!this.#persists('liveness', livenessFailure !== undefined)) return undefined;
    const { samples } = this.#options;
    const reason = `its liveness check fails: ${livenessFailure}`;
    return { kind: 'liveness', reason, value: samples, limit: samples };
  }

  #lifetime({ ageMs, requests }: WorkerSample): RecycleFinding | undefined {
    const { limits } = this;
    if (ageMs > limits.ageMs) {
      const reason = `it was ${Math.round(ageMs / 1000)} s old`;
      return { kind: 'age', reason, value: ageMs, limit: limits.ageMs };
    }
    if (requests <= limits.requests) return undefined;
    const reason = `it had taken ${requests} requests`;
    return { kind: 'requests', reason, value: requests, limit: limits.requests };
  }

  #persists(kind: Wavering, isFound: boolean): boolean {
    this.#inARow[kind] = isFound ? this.#inARow[kind] + 1 : 0;
    return this.#inARow[kind] >= this.#options.samples;
  }
}

/** @param readyBytes private memory of a worker at READY; 0: unknown */
export function floorOf(kind: keyof typeof FLOORS, readyBytes: number): number {
  const { factor, bytes } = FLOORS[kind];
  return readyBytes === 0 ? 0 : Math.round(factor * readyBytes) + bytes;
}
