/** Waits up to this many milliseconds have a bucket each; from there on they grow by `GROWTH`. */
const EXACT = 16;
const GROWTH = 1.05;

/** Enough for a minute, the longest `maxWaitMs`. */
export const WAIT_BUCKETS = EXACT + Math.ceil(Math.log(60_000 / EXACT) / Math.log(GROWTH)) + 1;

/** Most waits of one bucket that one `take()` passes on: bounds what a faulty worker can cost. */
const MOST = 10_000;

/**
 * Counts of waits by length, in memory shared by the thread that writes and the one that reads.
 * Waits come out with an error of at most 2.5 %, or half a millisecond.
 */
export class WaitCounts {
  readonly #words: Int32Array;
  /** Counts that `take()` has passed on. */
  readonly #told = new Int32Array(WAIT_BUCKETS);

  constructor(words: Int32Array) {
    this.#words = words;
  }

  /** Starts anew, for another queue. */
  clear(): void {
    this.#words.fill(0);
    this.#told.fill(0);
  }

  add(waitMs: number, count: number): void {
    Atomics.add(this.#words, bucketOf(waitMs), count);
  }

  /** Passes on the waits counted since the last call. */
  take(tell: (waitMs: number) => void): void {
    for (let bucket = 0; bucket < WAIT_BUCKETS; bucket++) {
      const counted = Atomics.load(this.#words, bucket);
      const more = (counted - (this.#told[bucket] ?? 0)) | 0;
      this.#told[bucket] = counted;
      for (let left = Math.min(more, MOST); left > 0; left--) tell(middleOf(bucket));
    }
  }
}

function bucketOf(waitMs: number): number {
  const whole = Math.max(0, Math.floor(waitMs));
  if (whole < EXACT) return whole;
  const above = Math.floor(Math.log(whole / EXACT) / Math.log(GROWTH));
  return Math.min(WAIT_BUCKETS - 1, EXACT + above);
}

function middleOf(bucket: number): number {
  if (bucket === 0) return 0;
  if (bucket < EXACT) return bucket + 0.5;
  return EXACT * GROWTH ** (bucket - EXACT + 0.5);
}
