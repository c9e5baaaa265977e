import { setTimeout as sleep } from 'node:timers/promises';

export interface UntilOptions {
  /** @default 25_000 */
  withinMs?: number;
  /** @default 20 */
  everyMs?: number;
}

/** What a condition throws when it can't be met any more. */
export class HopelessError extends Error {}

/** No answer yet: what a condition returns, or throws. */
type NotYet = undefined | false;

type Look<T> = { met: T } | { why: string };

/**
 * Waits until `condition` gives something and returns that. A condition that throws is not met
 * yet. Fails with what was waited for and the last error.
 */
export async function until<T>(
  what: string,
  condition: () => T | NotYet | Promise<T | NotYet>,
  { withinMs = 25_000, everyMs = 20 }: UntilOptions = {},
): Promise<T> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    // Taken before the look: the last one is after the end, however long a sleep really was.
    const isLast = performance.now() >= endsAt;
    // oxlint-disable-next-line no-await-in-loop -- a condition is waited for, in steps
    const seen = await look(condition);
    if ('met' in seen) return seen.met;
    if (isLast) throw new Error(`not within ${withinMs} ms: ${what}${seen.why}`);
    // oxlint-disable-next-line no-await-in-loop -- a condition is waited for, in steps
    await sleep(everyMs);
  }
}

async function look<T>(condition: () => T | NotYet | Promise<T | NotYet>): Promise<Look<T>> {
  try {
    const met = await condition();
    return met === undefined || met === false ? { why: '' } : { met };
  } catch (error) {
    if (error instanceof HopelessError) throw error;
    return { why: error instanceof Error ? `: ${error.message}` : '' };
  }
}
