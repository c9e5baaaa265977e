import type { ResolvedRecycleOptions } from '../recycle.options.ts';

/** Why a worker should be replaced. */
export type RecycleKind = 'memory' | 'age' | 'requests' | 'loop-delay' | 'health';

/** What goes up and down. */
type Wavering = 'memory' | 'loop-delay' | 'health';

/** What was found, with the figure and the limit that it passed. */
export interface RecycleFinding {
  kind: RecycleKind;
  /** In words, for people. */
  reason: string;
  value: number;
  limit: number;
}

/** What a worker is like at one look. */
export interface WorkerSample {
  ageMs: number;
  /** What no other process shares. */
  privateBytes: number;
  requests: number;
  loopDelayMs: number;
  /** The median of the other workers' delay; undefined where there are none. */
  othersLoopDelayMs: number | undefined;
  /** In words, what one of its health signals says; undefined: all are well. */
  unwell: string | undefined;
}

const MIB = 1 << 20;

/** Share of a limit by which it differs from worker to worker. */
const JITTER = 0.1;

/** What is never taken for too much: a worker that has just become READY must be able to grow. */
const FLOORS = {
  soft: { factor: 1.25, bytes: 64 * MIB },
  hard: { factor: 1.5, bytes: 96 * MIB },
} as const;

/** What is done to a worker beyond its hard limit. */
export type HardVerdict = 'keep' | 'replace' | 'end';

/** What decides over a worker beyond its hard limit. */
export interface HardSituation {
  privateBytes: number;
  ageMs: number;
  /** Whether nobody else serves. */
  isOnlyReady: boolean;
  /** Whether all processes together are near what they may use: the kernel would end one of them. */
  isGroupShort: boolean;
}

/**
 * Decides when one worker is to be replaced. Knows no processes and no clock: it is shown samples,
 * one every `sampleEveryMs`. What goes up and down (memory, delay, health) must be found in several
 * of them in a row; what only grows (age, requests) counts at once.
 */
export class RecyclePolicy {
  readonly #options: ResolvedRecycleOptions;
  /** The limits of this worker alone. */
  readonly limits: { memoryBytes: number; ageMs: number; requests: number };
  /** What it used when it became READY. */
  #readyBytes = 0;
  readonly #inARow: Record<Wavering, number> = { memory: 0, 'loop-delay': 0, health: 0 };

  /** @param random 0 to 1: where in the jitter this worker's limits lie */
  constructor(options: ResolvedRecycleOptions, random: () => number) {
    const jitter = 1 - JITTER + 2 * JITTER * random();
    this.#options = options;
    this.limits = {
      memoryBytes: Math.min(options.hardRssBytes, options.maxRssBytes * jitter),
      ageMs: (options.maxAgeMs ?? Infinity) * jitter,
      requests: (options.maxRequests ?? Infinity) * jitter,
    };
  }

  /** Notes what the worker used when it became READY. */
  isReadyWith(privateBytes: number): void {
    this.#readyBytes = privateBytes;
    const floor = floorOf('soft', privateBytes);
    this.limits.memoryBytes = Math.max(this.limits.memoryBytes, floor);
  }

  get hardBytes(): number {
    return Math.max(this.#options.hardRssBytes, floorOf('hard', this.#readyBytes));
  }

  /** What this sample, after the ones before it, asks for. */
  look(sample: WorkerSample): RecycleFinding | undefined {
    const found = [this.#memory(sample), this.#loopDelay(sample), this.#health(sample)];
    if (sample.ageMs < this.#options.minLifeMs) return undefined;
    return found.find((one) => one !== undefined) ?? this.#lifetime(sample);
  }

  /** What is done about so much memory, which may take the others with it. */
  judgeHard({ privateBytes, ageMs, isOnlyReady, isGroupShort }: HardSituation): HardVerdict {
    if (privateBytes <= this.hardBytes) return 'keep';
    if (isGroupShort) return 'end';
    if (ageMs < this.#options.minLifeMs) return 'keep';
    return isOnlyReady ? 'replace' : 'end';
  }

  #memory({ privateBytes }: WorkerSample): RecycleFinding | undefined {
    const limit = this.limits.memoryBytes;
    if (!this.#persists('memory', privateBytes > limit)) return undefined;
    const reason = `it used ${mib(privateBytes)} of memory, more than ${mib(limit)}`;
    return { kind: 'memory', reason, value: privateBytes, limit };
  }

  /** A machine that is too busy delays all of them, and a new worker would not change that. */
  #loopDelay({ loopDelayMs, othersLoopDelayMs }: WorkerSample): RecycleFinding | undefined {
    const limit = this.#options.maxLoopDelayMs;
    const isAlone = othersLoopDelayMs === undefined || othersLoopDelayMs < loopDelayMs / 2;
    if (!this.#persists('loop-delay', loopDelayMs > limit && isAlone)) return undefined;
    const reason = `its event loop was late by ${Math.round(loopDelayMs)} ms, more than ${limit} ms`;
    return { kind: 'loop-delay', reason, value: loopDelayMs, limit };
  }

  #health({ unwell }: WorkerSample): RecycleFinding | undefined {
    if (!this.#persists('health', unwell !== undefined)) return undefined;
    const { samples } = this.#options;
    return { kind: 'health', reason: `it is not well: ${unwell}`, value: samples, limit: samples };
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

/** @param readyBytes what a worker used when it became READY; 0: not known */
export function floorOf(kind: keyof typeof FLOORS, readyBytes: number): number {
  const { factor, bytes } = FLOORS[kind];
  return readyBytes === 0 ? 0 : Math.round(factor * readyBytes) + bytes;
}

export function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
