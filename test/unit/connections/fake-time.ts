import type { Schedule } from '../../../lib/connections/schedule.ts';

/** A clock that the test turns, with timers on it. */
export class FakeTime {
  #now: number;
  #timers: { callback: () => void; at: number }[] = [];

  constructor(startsAt = 1_000_000) {
    this.#now = startsAt;
  }

  readonly now = (): number => this.#now;

  readonly schedule: Schedule = (callback, afterMs) => {
    const timer = { callback, at: this.#now + afterMs };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  };

  /** Timers that are set. */
  get timers(): number {
    return this.#timers.length;
  }

  /** Time passes; what is due is called in its order, and what follows from it is let happen. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- what follows from one timer comes before the next
      await settle();
      const next = this.#timers.toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined || next.at > end) break;
      this.#timers = this.#timers.filter((one) => one !== next);
      this.#now = Math.max(this.#now, next.at);
      next.callback();
    }
    this.#now = end;
  }
}

/** Lets promises that are settled call back. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Numbers from [0, 1), the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
