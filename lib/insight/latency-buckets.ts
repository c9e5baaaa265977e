/** Upper bounds of the buckets: each is the eighth root of two times the one before, 9 % more. */
const FIRST_MS = 0.25;
const PER_DOUBLING = 8;

/** Number of buckets. They reach 16 s; longer times fall into the last one. */
export const BUCKETS = 129;

/** Bucket of a time. */
export function bucketOf(ms: number): number {
  if (ms <= FIRST_MS) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log2(ms / FIRST_MS) * PER_DOUBLING));
}

/** Upper bound of a bucket, in milliseconds. */
export function boundOf(bucket: number): number {
  return FIRST_MS * 2 ** (bucket / PER_DOUBLING);
}

/** Counts of the non-empty buckets, as pairs of bucket and count. */
export function pairsOf(counts: ArrayLike<number>): number[] {
  const pairs: number[] = [];
  for (let bucket = 0; bucket < counts.length; bucket++) {
    const count = counts[bucket] ?? 0;
    if (count > 0) pairs.push(bucket, count);
  }
  return pairs;
}
