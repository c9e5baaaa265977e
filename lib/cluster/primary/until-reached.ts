import { setTimeout as wait } from 'node:timers/promises';

import type { Clock } from '../../common/clock.ts';

/** Polling interval. */
const LOOK_EVERY_MS = 20;

/** Waits at most `withinMs` for a condition. @returns whether it was reached */
export async function untilReached(
  isReached: () => boolean,
  withinMs: number,
  clock: Clock,
): Promise<boolean> {
  const endsAt = clock.now() + withinMs;
  while (!isReached()) {
    if (clock.now() >= endsAt) return false;
    // oxlint-disable-next-line no-await-in-loop -- polls the condition
    await wait(LOOK_EVERY_MS);
  }
  return true;
}
