import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { LagController } from '../../../lib/admission/lag-controller.ts';
import type { Rank } from '../../../lib/admission/priority.ts';

/** A controller whose time goes on in intervals of 100 ms. */
class Drive {
  readonly lag = new LagController({ targetMs: 20 });
  #now = 100;
  #idleMs = 0;

  constructor() {
    this.lag.look(this.#now, () => this.#idleMs);
  }

  /** In each interval so many of each rank come, and each turn takes so long; the loop is busy. */
  run(
    intervals: number,
    given: { turnMs: number; mix?: readonly number[]; busyMs?: number },
  ): void {
    const { turnMs, mix = [0, 0, 10, 0], busyMs = 100 } = given;
    for (let i = 0; i < intervals; i++) {
      for (const [rank, count] of mix.entries()) {
        for (let j = 0; j < count; j++) this.lag.arrive(rank as Rank);
      }
      this.lag.turn(turnMs);
      this.#now += 100;
      this.#idleMs += 100 - busyMs;
      this.lag.look(this.#now, () => this.#idleMs);
    }
  }
}

describe('a lag controller', () => {
  it('admits everything while turns are short', () => {
    const { lag, run } = drive();
    run(50, { turnMs: 15 });
    expect(lag.isOpen).toBe(true);
    expect(([0, 1, 2, 3] as const).map((rank) => lag.shareOf(rank))).toEqual([1, 1, 1, 1]);
  });

  it('takes neither one pause nor two for overload', () => {
    const { lag, run } = drive();
    run(5, { turnMs: 5 });
    run(2, { turnMs: 2_000 });
    run(1, { turnMs: 5 });
    expect(lag.isOpen).toBe(true);
  });

  it('refuses when the lag lasts, and at most half at once', () => {
    const { lag, run } = drive();
    run(2, { turnMs: 5_000 });
    expect(lag.fraction).toBe(1);
    run(1, { turnMs: 5_000 });
    expect(lag.fraction).toBe(0.5);
  });

  it('does not take work before the first request for overload', () => {
    const { lag, run } = drive();
    run(10, { turnMs: 5_000, mix: [0, 0, 0, 0] });
    run(2, { turnMs: 5_000 });
    expect(lag.isOpen).toBe(true);
  });

  it('does not take long turns of a mostly idle loop for overload', () => {
    const { lag, run } = drive();
    run(50, { turnMs: 45, busyMs: 45 });
    expect(lag.isOpen).toBe(true);
    expect(lag.lagMs).toBe(45);
    run(3, { turnMs: 55, busyMs: 55 });
    expect(lag.isOpen).toBe(false);
  });

  it('admits more again as soon as the loop has time', () => {
    const { lag, run } = drive();
    run(20, { turnMs: 5_000 });
    const { fraction } = lag;
    run(1, { turnMs: 5, busyMs: 5 });
    expect(lag.fraction).toBeGreaterThan(fraction);
  });

  it('refuses little when the lag is slightly too long', () => {
    const { lag, run } = drive();
    run(3, { turnMs: 22 });
    expect(lag.fraction).toBeCloseTo(0.97);
  });

  it('always admits a little', () => {
    const { lag, run } = drive();
    run(100, { turnMs: 5_000 });
    expect(lag.fraction).toBe(0.02);
    expect(lag.shareOf(2)).toBeGreaterThan(0);
  });

  it('admits everything again within four seconds of short turns', () => {
    const { lag, run } = drive();
    run(100, { turnMs: 5_000 });
    run(10, { turnMs: 5 });
    expect(lag.fraction).toBeGreaterThan(0.1);
    expect(lag.isOpen).toBe(false);
    run(30, { turnMs: 5 });
    expect(lag.isOpen).toBe(true);
  });

  it('weights turns by their length, as requests meet them', () => {
    const { lag, run } = drive();
    for (let i = 0; i < 9; i++) lag.turn(1);
    run(1, { turnMs: 91 });
    expect(lag.lagMs).toBeCloseTo(82.9);
  });

  it('changes at most once in 100 ms', () => {
    const lag = new LagController({ targetMs: 20 });
    for (let now = 0; now < 100; now += 10) {
      lag.turn(1_000);
      lag.look(now, () => now);
    }
    expect(lag.lagMs).toBe(0);
  });

  it('counts a pause between checks towards its recovery', () => {
    const { lag, run } = drive();
    run(5, { turnMs: 5_000 });
    lag.look(10_000, () => 10_000);
    expect(lag.isOpen).toBe(true);
  });
});

describe('the target of a lag controller', () => {
  it('is four times the loop time of a request', () => {
    const { lag, run } = drive();
    for (let i = 0; i < 100; i++) {
      for (let j = 0; j < 10; j++) lag.admit();
      run(1, { turnMs: 5, busyMs: 90 });
    }
    expect(lag.costMs).toBeCloseTo(9);
    expect(lag.targetMs).toBeCloseTo(36);
  });

  it('is twice a long piece of work, and forgets it', () => {
    const { lag, run } = drive();
    for (let i = 0; i < 50; i++) lag.spent(40);
    expect(lag.targetMs).toBeCloseTo(80, 0);
    run(300, { turnMs: 1 });
    expect(lag.targetMs).toBe(20);
  });

  it('is at most ten times the minimum', () => {
    const { lag } = drive();
    for (let i = 0; i < 50; i++) lag.spent(10_000);
    expect(lag.targetMs).toBe(200);
    const other = new LagController({ targetMs: 7 });
    expect(other.targetMs).toBe(7);
  });
});

describe('the shares of priorities', () => {
  it('are filled from the most important one downwards', () => {
    const { lag, run } = drive();
    run(3, { turnMs: 5_000, mix: [2, 2, 2, 2] });
    expect(lag.fraction).toBe(0.5);
    const shares = ([0, 1, 2, 3] as const).map((rank) => lag.shareOf(rank));
    expect(shares).toEqual([1, 1, 0, 0]);
  });

  it('admit, over all of them, the fraction that should be admitted', () => {
    const some = fc.integer({ min: 1, max: 30 });
    const mix = fc.tuple(some, some, some, some);
    fc.assert(
      fc.property(mix, fc.integer({ min: 3, max: 12 }), (given, intervals) => {
        const { lag, run } = drive();
        run(intervals, { turnMs: 25 * intervals, mix: given });
        const total = given.reduce((sum, one) => sum + one, 0);
        let letIn = 0;
        for (const [rank, one] of given.entries()) letIn += one * lag.shareOf(rank as Rank);
        expect(letIn / total).toBeCloseTo(lag.fraction);
        const shares = ([0, 1, 2, 3] as const).map((rank) => lag.shareOf(rank));
        expect(shares).toEqual(shares.toSorted((a, b) => b - a));
      }),
    );
  });
});

function drive(): { lag: LagController; run: Drive['run'] } {
  const made = new Drive();
  return { lag: made.lag, run: (intervals, given) => made.run(intervals, given) };
}
