/** Bases of the waits before the first, second, third ... try, in milliseconds. */
const BASES_MS = [0, 1_000, 2_000, 4_000, 8_000, 16_000];

/** Longest base, in milliseconds. */
const MAX_MS = 30_000;

/**
 * Wait before a worker is started again after `failures` failures in a row, with full jitter: a
 * point of the span from nothing to the base, taken by `random` (0 to 1). Full jitter spreads
 * retries best (Brooker, "Exponential Backoff and Jitter", AWS 2015).
 */
export function backoffMs(failures: number, random: () => number): number {
  if (failures <= 0) return 0;
  return (BASES_MS[failures - 1] ?? MAX_MS) * random();
}
