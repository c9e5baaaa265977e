/** Interval between looks while connections move. */
export const LOOK_EVERY_MS = 2;

/** The same once nothing has moved for a while: ages and refusals need no more. */
const LOOK_STILL_MS = 32;

/** Time without a change before the interval grows. */
const STILL_AFTER_MS = 16;

/**
 * Paces the looks at what waits. While all workers are blocked or at their cap, frequent looks only
 * take processor time from those that serve. Refused clients cause looks in between, so looks that
 * found nothing say less than the time since the last change.
 */
export class LookPace {
  #changedAt = -Infinity;

  /** Returns the time until the next look, in milliseconds. */
  next(hasChanged: boolean, now: number): number {
    if (hasChanged) this.#changedAt = now;
    return now - this.#changedAt < STILL_AFTER_MS ? LOOK_EVERY_MS : LOOK_STILL_MS;
  }
}
