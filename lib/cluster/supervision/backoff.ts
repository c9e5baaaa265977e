/** Upper bounds of the wait before the first, second, third ... try. */
const BASES_MS = [0, 1_000, 2_000, 4_000, 8_000, 16_000];

/** Upper bound of all later waits. */
const MAX_MS = 30_000;

/**
 * Wait before a worker is restarted after `failures` consecutive failures, with full jitter:
 * `random` (0 to 1) picks a point between zero and the upper bound. Source: Brooker, "Exponential
 * Backoff and Jitter", AWS 2015, where full jitter spreads retries best.
 */
export function backoffMs(failures: number, random: () => number): number {
  if (failures <= 0) return 0;
  return (BASES_MS[failures - 1] ?? MAX_MS) * random();
}
