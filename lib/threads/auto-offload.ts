import { objectOption } from '../common/options.ts';

export interface AutoOffloadOptions {
  /** Calls that block the loop longer are offloaded, in milliseconds. @default 0.5 */
  budgetMs?: number;
  /** Calls of a size that are offloaded before anything is concluded. @default 8 */
  minSamples?: number;
}

/** What one offloaded call showed. */
export interface OffloadSample {
  /** How long the thread was at work for it, in milliseconds. */
  busyMs: number;
  /** What the way there and back took, without the wait for a thread, in milliseconds. */
  overheadMs: number;
}

/** What is known of calls of about one size. */
export interface AutoOffloadEntry {
  method: string;
  /** Sizes from this on, up to twice this. */
  size: number;
  samples: number;
  busyMs: number;
  overheadMs: number;
  decision: 'unknown' | 'inline' | 'offload';
}

interface Known {
  entry: AutoOffloadEntry;
  /** Calls since it was decided that they run inline. */
  inlined: number;
}

/** Weight of a new sample. */
const WEIGHT = 0.2;

/** Inline pays while the work is at most so many times the way. */
const WORTH = 1.5;

/** What is inline stays so until it is so much worse than what makes it so. */
const HYSTERESIS = 1.5;

/** One inline call in so many is offloaded, to learn whether that is still right. */
const LOOK_AGAIN = 64;

/** Methods times sizes that are kept. */
const MAX_ENTRIES = 2_000;

/**
 * Learns which calls are so short that the way to another thread is not worth it, by method and
 * size, in powers of two. Everything is offloaded until it is proven to be cheap, so that learning
 * never blocks the loop.
 */
export class AutoOffload {
  readonly #budgetMs: number;
  readonly #minSamples: number;
  readonly #entries = new Map<string, Known>();

  constructor(options: AutoOffloadOptions = {}) {
    const names = ['budgetMs', 'minSamples'] as const;
    const { budgetMs = 0.5, minSamples = 8 } = objectOption('autoOffload', options, names);
    this.#budgetMs = budgetMs;
    this.#minSamples = minSamples;
  }

  shouldOffload(method: string, size: number): boolean {
    const known = this.#entries.get(keyOf(method, size));
    if (known?.entry.decision !== 'inline') return true;
    known.inlined++;
    return known.inlined % LOOK_AGAIN === 0;
  }

  /** A call was offloaded. */
  offloaded(method: string, size: number, { busyMs, overheadMs }: OffloadSample): void {
    const entry = this.#entry(method, size);
    if (entry === undefined) return;
    const weight = entry.samples === 0 ? 1 : WEIGHT;
    entry.samples++;
    entry.busyMs += weight * (busyMs - entry.busyMs);
    entry.overheadMs += weight * (overheadMs - entry.overheadMs);
    this.#decide(entry);
  }

  /** A call ran inline and kept the loop for at least so long, in milliseconds. */
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
 * For `@CpuBoundIf`: learns for each method and size whether offloading pays.
 *
 * @throws TypeError for an option that is not known
 */
export function autoOffload(options?: AutoOffloadOptions): AutoOffload {
  return new AutoOffload(options);
}

function keyOf(method: string, size: number): string {
  return `${method} ${bucketOf(size)}`;
}

/** The power of two at or below it; 0 for what is below 1. */
function bucketOf(size: number): number {
  return size >= 1 ? 2 ** Math.floor(Math.log2(size)) : 0;
}
