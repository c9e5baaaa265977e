import { setTimeout as wait } from 'node:timers/promises';

/** How often due arrivals are looked for, in milliseconds. */
const LOOK_EVERY_MS = 1;

/** A schedule of evenly spaced arrivals that waits for nobody. */
export class ArrivalClock {
  readonly #gapMs: number;
  readonly #count: number;
  /** Longest time by which an arrival came late, in milliseconds. */
  maxLagMs = 0;

  /** `rate` in arrivals per second. */
  constructor({ rate, count }: { rate: number; count: number }) {
    this.#gapMs = 1_000 / rate;
    this.#count = count;
  }

  /** Calls `arrive` for each arrival with the time at which it was due. */
  async run(arrive: (dueAt: number) => void): Promise<void> {
    const startedAt = performance.now();
    let next = 0;
    while (next < this.#count) {
      const now = performance.now();
      const due = Math.min(this.#count, Math.floor((now - startedAt) / this.#gapMs) + 1);
      if (next < due) this.maxLagMs = Math.max(this.maxLagMs, now - startedAt - next * this.#gapMs);
      for (; next < due; next++) arrive(startedAt + next * this.#gapMs);
      // oxlint-disable-next-line no-await-in-loop -- time passes in steps
      await wait(LOOK_EVERY_MS);
    }
  }
}
