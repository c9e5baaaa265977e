import { setTimeout as wait } from 'node:timers/promises';

import type { Clock } from '../../common/clock.ts';

/** How often a condition is looked at, in milliseconds. */
const LOOK_EVERY_MS = 20;

/** Waits for a condition, but not longer than so many milliseconds; tells whether it was reached. */
export async function untilReached(
  isReached: () => boolean,
  withinMs: number,
  clock: Clock,
): Promise<boolean> {
  const endsAt = clock.now() + withinMs;
  while (!isReached()) {
    if (clock.now() >= endsAt) return false;
    // oxlint-disable-next-line no-await-in-loop -- a condition is waited for, in steps
    await wait(LOOK_EVERY_MS);
  }
  return true;
}
