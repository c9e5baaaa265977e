import { boundOf, BUCKETS, pairsOf } from '../../insight/latency-buckets.ts';

/** Counts by bucket, merged from many answers. */
export class Latency {
  readonly #counts = new Float64Array(BUCKETS);
  #total = 0;

  /** @param pairs of bucket and count */
  add(pairs: readonly number[]): void {
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const bucket = pairs[at] ?? 0;
      const count = pairs[at + 1] ?? 0;
      this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count;
      this.#total += count;
    }
  }

  /** @param counts of all buckets */
  addCounts(counts: ArrayLike<number>): void {
    this.add(pairsOf(counts));
  }

  get total(): number {
    return this.#total;
  }

  /**
   * Quantile, interpolated within its bucket. Null: no values.
   *
   * @param maxMs largest value, which no quantile exceeds
   */
  quantile(q: number, maxMs = Infinity): number | null {
    if (this.#total === 0) return null;
    const rank = Math.max(1, this.#total * q);
    let before = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      if (count > 0 && before + count >= rank) {
        return Math.min(maxMs, valueIn(bucket, (rank - before) / count));
      }
      before += count;
    }
    return null;
  }
}

/** Value at a fraction of a bucket, whose bounds grow by a factor. */
function valueIn(bucket: number, fraction: number): number {
  const upper = boundOf(bucket);
  if (bucket === 0) return upper * fraction;
  const lower = boundOf(bucket - 1);
  return lower * (upper / lower) ** fraction;
}
