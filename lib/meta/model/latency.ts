import { boundOf } from '../../insight/latency-buckets.ts';

/** Counts by bucket, merged from many answers. */
export class Latency {
  readonly #counts = new Map<number, number>();
  #total = 0;

  /** @param pairs of bucket and count */
  add(pairs: readonly number[]): void {
    for (let at = 0; at + 1 < pairs.length; at += 2) {
      const bucket = pairs[at] ?? 0;
      const count = pairs[at + 1] ?? 0;
      this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
      this.#total += count;
    }
  }

  get total(): number {
    return this.#total;
  }

  /** Upper bound of the quantile's bucket: too large by at most 41 %. Null: no values. */
  quantile(q: number): number | null {
    if (this.#total === 0) return null;
    let left = Math.max(1, Math.ceil(this.#total * q));
    const buckets = [...this.#counts].toSorted(([a], [b]) => a - b);
    for (const [bucket, count] of buckets) {
      left -= count;
      if (left <= 0) return boundOf(bucket);
    }
    return null;
  }
}
