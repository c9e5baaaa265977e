import type { ResolvedRecycleOptions } from './recycle.options.ts';

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
  rssBytes: number;
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

/**
 * Decides when one worker is to be replaced. Knows no processes and no clock: it is shown samples,
 * one every `sampleEveryMs`. What goes up and down (memory, delay, health) must be found in several
 * of them in a row; what only grows (age, requests) counts at once.
 */
export class RecyclePolicy {
  readonly #options: ResolvedRecycleOptions;
  /** The limits of this worker alone. */
  readonly limits: { rssBytes: number; ageMs: number; requests: number };
  readonly #inARow: Record<Wavering, number> = { memory: 0, 'loop-delay': 0, health: 0 };

  /** @param random 0 to 1: where in the jitter this worker's limits lie */
  constructor(options: ResolvedRecycleOptions, random: () => number) {
    const jitter = 1 - JITTER + 2 * JITTER * random();
    this.#options = options;
    this.limits = {
      rssBytes: Math.min(options.hardRssBytes, options.maxRssBytes * jitter),
      ageMs: (options.maxAgeMs ?? Infinity) * jitter,
      requests: (options.maxRequests ?? Infinity) * jitter,
    };
  }

  /** What this sample, after the ones before it, asks for. */
  look(sample: WorkerSample): RecycleFinding | undefined {
    const found = [this.#memory(sample), this.#loopDelay(sample), this.#health(sample)];
    if (sample.ageMs < this.#options.minLifeMs) return undefined;
    return found.find((one) => one !== undefined) ?? this.#lifetime(sample);
  }

  /** Whether so much memory must not be waited with. */
  isBeyondHard(rssBytes: number): boolean {
    return rssBytes > this.#options.hardRssBytes;
  }

  #memory({ rssBytes }: WorkerSample): RecycleFinding | undefined {
    const limit = this.limits.rssBytes;
    if (!this.#persists('memory', rssBytes > limit)) return undefined;
    const reason = `it used ${mib(rssBytes)} of memory, more than ${mib(limit)}`;
    return { kind: 'memory', reason, value: rssBytes, limit };
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

function mib(bytes: number): string {
  return `${Math.round(bytes / MIB)} MiB`;
}
