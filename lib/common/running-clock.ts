import type { Clock } from './clock.ts';

/** Longest gap between two readings that counts as running time. */
const MAX_GAP_MS = 500;

/**
 * A clock that stops while its process is suspended, by a signal or with the machine. Must be read
 * several times a second: a longer gap counts as a suspension.
 */
export class RunningClock implements Clock {
  readonly #clock: Clock;
  #readAt: number;
  #stoodMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#readAt = clock.now();
  }

  now(): number {
    const now = this.#clock.now();
    const gapMs = now - this.#readAt;
    if (gapMs > MAX_GAP_MS) this.#stoodMs += gapMs;
    this.#readAt = now;
    return now - this.#stoodMs;
  }
}
