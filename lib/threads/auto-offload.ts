import { thisMachine } from '../common/options/machine.ts';
import { type AutoOffloadOptions, autoOffloadOptions } from './auto-offload.options.ts';

/** Measurements of one offloaded call. */
export interface OffloadSample {
  /** Busy time of the thread. */
  busyMs: number;
  /** Round trip without run time and without the wait for a thread. */
  overheadMs: number;
}

/** Measurements of the calls in one size bucket. */
export interface AutoOffloadEntry {
  method: string;
  /** Lower bound of the bucket; the upper is twice this. */
  size: number;
  samples: number;
  busyMs: number;
  overheadMs: number;
  decision: 'unknown' | 'inline' | 'offload';
}

interface Known {
  entry: AutoOffloadEntry;
  /** Calls since the decision to run inline. */
  inlined: number;
}

/** Weight of a new sample. */
const WEIGHT = 0.2;

/** Maximum of busy time for inline calls, in multiples of the overhead. */
const WORTH = 1.5;

/** Factor by which an inline call must exceed the limits to be offloaded again. */
const HYSTERESIS = 1.5;

/** 1 in N inline calls is offloaded, to check the decision. */
const LOOK_AGAIN = 64;

/** Maximum number of buckets over all methods. */
const MAX_ENTRIES = 2_000;

/**
 * Learns which calls are too short to be worth a round trip to a thread, by method and size in
 * powers of two. Offloads everything until it is proven cheap, so that learning never blocks the
 * loop.
 */
export class AutoOffload {
  readonly #budgetMs: number;
  readonly #minSamples: number;
  readonly #entries = new Map<string, Known>();

  /** @throws TypeError or RangeError naming the option that is wrong */
  constructor(options: AutoOffloadOptions = {}) {
    const checked = autoOffloadOptions.check('autoOffload', options, thisMachine());
    this.#budgetMs = checked.budgetMs;
    this.#minSamples = checked.minSamples;
  }

  shouldOffload(method: string, size: number): boolean {
    const known = this.#entries.get(keyOf(method, size));
    if (known?.entry.decision !== 'inline') return true;
    known.inlined++;
    return known.inlined % LOOK_AGAIN === 0;
  }

  /** Records an offloaded call. */
  offloaded(method: string, size: number, { busyMs, overheadMs }: OffloadSample): void {
    const entry = this.#entry(method, size);
    if (entry === undefined) return;
    const weight = entry.samples === 0 ? 1 : WEIGHT;
    entry.samples++;
    entry.busyMs += weight * (busyMs - entry.busyMs);
    entry.overheadMs += weight * (overheadMs - entry.overheadMs);
    this.#decide(entry);
  }

  /** Records an inline call that blocked the loop for at least `leastMs`. */
  inlined(method: string, size: number, leastMs: number): void {
    const entry = this.#entries.get(keyOf(method, size))?.entry;
    if (entry === undefined || leastMs <= entry.busyMs) return;
    entry.busyMs += WEIGHT * (leastMs - entry.busyMs);
    this.#decide(entry);
  }

  table(): AutoOffloadEntry[] {
    return structuredClone([...this.#entries.values()].map(({ entry }) => entry));
  }

  #entry(method: string, size: number): AutoOffloadEntry | undefined {
    const key = keyOf(method, size);
    const known = this.#entries.get(key)?.entry;
    if (known !== undefined || this.#entries.size >= MAX_ENTRIES) return known;
    const figures = { samples: 0, busyMs: 0, overheadMs: 0 };
    const entry: AutoOffloadEntry = {
      method,
      size: bucketOf(size),
      ...figures,
      decision: 'unknown',
    };
    this.#entries.set(key, { entry, inlined: 0 });
    return entry;
  }

  #decide(entry: AutoOffloadEntry): void {
    if (entry.samples < this.#minSamples) return;
    const slack = entry.decision === 'inline' ? HYSTERESIS : 1;
    const isShort = entry.busyMs <= slack * this.#budgetMs;
    const isNotWorth = entry.busyMs <= slack * WORTH * entry.overheadMs;
    entry.decision = isShort && isNotWorth ? 'inline' : 'offload';
  }
}

/**
 * Rule for `@CpuBoundIf`: learns by method and size whether offloading pays.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function autoOffload(options?: AutoOffloadOptions): AutoOffload {
  return new AutoOffload(options);
}

function keyOf(method: string, size: number): string {
  return `${method} ${bucketOf(size)}`;
}

/** Largest power of two up to `size`; 0 below 1. */
function bucketOf(size: number): number {
  return size >= 1 ? 2 ** Math.floor(Math.log2(size)) : 0;
}
