import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Arrivals } from '../../../../../lib/cluster/accepting/invite/arrivals.ts';

/** A queue as the kernel has it, which knows when each connection arrived. */
class TrueQueue {
  readonly waits: number[] = [];
  readonly told: number[] = [];
  readonly arrivals = new Arrivals((waitMs, count) => {
    if (this.#isBegun) this.told.push(...Array.from({ length: count }, () => waitMs));
  });
  readonly #arrivedAt: number[] = [];
  #left: number;
  #leftAt = 0;
  /** What left before the first look is not its own. */
  #isBegun = false;

  constructor(leftBefore = 0) {
    this.#left = leftBefore;
    this.look(0);
    this.#isBegun = true;
  }

  /** Of each that waits. */
  get arrivedAt(): readonly number[] {
    return this.#arrivedAt;
  }

  arrive(now: number): void {
    this.#arrivedAt.push(now);
  }

  take(now: number): void {
    const arrivedAt = this.#arrivedAt.shift();
    if (arrivedAt === undefined) return;
    this.waits.push(now - arrivedAt);
    this.#left = (this.#left + 1) | 0;
    this.#leftAt = now;
  }

  look(now: number): void {
    const waiting = this.#arrivedAt.length;
    this.arrivals.look({ waiting, left: this.#left, leftAt: this.#leftAt, now });
  }
}

const steps = fc.array(
  fc.record({
    what: fc.constantFrom('arrive', 'take', 'look'),
    afterMs: fc.integer({ min: 0, max: 50 }),
  }),
  { maxLength: 200 },
);

describe('Arrivals', () => {
  it('tells each age exactly to the time between two looks, and never too high', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom(0, 2 ** 31 - 5), (all, leftBefore) => {
        const queue = new TrueQueue(leftBefore);
        // After the first look.
        let now = 1;
        const looks: number[] = [0];
        /** Looks before each that waits arrived: times alone do not order those of one millisecond. */
        const looksBefore: number[] = [];
        for (const { what, afterMs } of all) {
          now += afterMs;
          queue[what](now);
          if (what === 'arrive') looksBefore.push(looks.length);
          if (what === 'take') looksBefore.shift();
          if (what !== 'look') continue;
          looks.push(now);
          for (const [behind, arrivedAt] of queue.arrivedAt.entries()) {
            const since = queue.arrivals.since(behind);
            expect(since).toBeGreaterThanOrEqual(arrivedAt);
            // The first look after it arrived.
            expect(since).toBeLessThanOrEqual(looks[looksBefore[behind] ?? 0] ?? 0);
          }
          expect(queue.arrivals.since(queue.arrivedAt.length)).toBeUndefined();
        }
      }),
    );
  });

  it('tells the wait of every connection that has left, too long by the time between two looks at most', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const queue = new TrueQueue();
        let now = 0;
        let lookedAt = 0;
        let longestGapMs = 0;
        for (const { what, afterMs } of [...all, { what: 'look', afterMs: 0 } as const]) {
          now += afterMs;
          queue[what](now);
          longestGapMs = Math.max(longestGapMs, now - lookedAt);
          if (what === 'look') lookedAt = now;
        }
        expect(queue.told).toHaveLength(queue.waits.length);
        const longest = Math.max(0, ...queue.waits);
        for (const wait of queue.told) expect(wait).toBeLessThanOrEqual(longest + longestGapMs);
      }),
    );
  });

  it('sees to it that a count which a faulty worker has changed does no lasting harm', () => {
    const told: number[] = [];
    const arrivals = new Arrivals((waitMs, count) => told.push(waitMs, count));
    arrivals.look({ waiting: 2, left: 10, leftAt: 0, now: 0 });
    for (const left of [-5, 2 ** 31 - 1, -(2 ** 31), 11]) {
      arrivals.look({ waiting: 2, left, leftAt: 0, now: 5 });
    }
    arrivals.look({ waiting: 0, left: 11, leftAt: 5, now: 5 });
    expect(arrivals.since(0)).toBeUndefined();
    expect(told.every((value) => value >= 0)).toBe(true);
    arrivals.look({ waiting: 1, left: 11, leftAt: 5, now: 9 });
    expect(arrivals.since(0)).toBe(9);
  });
});
