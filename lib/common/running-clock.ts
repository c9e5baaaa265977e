import type { Clock } from './clock.ts';

/** Longest time between two readings that counts, in milliseconds. */
const MAX_GAP_MS = 500;

/**
 * A clock that stands still while its process does: stopped by a signal, say, or with its machine.
 * Someone must read it several times a second, whatever happens: a longer gap is taken for a stop.
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
