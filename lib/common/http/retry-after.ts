/** Bounds of the wait before a client tries again. */
export interface RetryWait {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Longest wait that is advised, as a multiple of the time that an error gives. */
const SPREAD = 3;

/**
 * Value of `Retry-After`: whole seconds, drawn evenly, so that clients do not return together.
 * Rounds up: an early retry only meets the same overload.
 *
 * @param random returns 0 to 1
 */
export function retryAfterSeconds(
  { minMs, maxMs }: RetryWait,
  random: () => number = Math.random,
): number {
  const [least, most] = [Math.ceil(minMs / 1_000), Math.ceil(maxMs / 1_000)];
  return least + Math.floor(random() * (most - least + 1));
}

/** The wait that an error with a time to retry advises. */
export function waitAfter(retryAfterMs: number): RetryWait {
  return { minMs: retryAfterMs, maxMs: SPREAD * retryAfterMs };
}
