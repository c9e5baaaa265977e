/** Interval between looks while connections move. */
export const LOOK_EVERY_MS = 2;

/** The same once nothing has moved for a while: ages and refusals need no more. */
const LOOK_STILL_MS = 32;

/** Looks that find nothing changed before the interval grows. */
const STILL_LOOKS = 8;

/**
 * Paces the looks at what waits. While all workers are blocked or at their cap, frequent looks only
 * take processor time from those that serve.
 */
export class LookPace {
  #still = 0;

  /** Returns the time until the next look, in milliseconds. */
  next(hasChanged: boolean): number {
    this.#still = hasChanged ? 0 : this.#still + 1;
    return this.#still < STILL_LOOKS ? LOOK_EVERY_MS : LOOK_STILL_MS;
  }
}
