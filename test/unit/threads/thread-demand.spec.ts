import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type ThreadDemand, threadsToStart } from '../../../lib/threads/thread-demand.ts';

const NONE: ThreadDemand = {
  waiting: 0,
  late: 0,
  ready: 0,
  booting: 0,
  size: 0,
  least: 0,
  room: 8,
};

function toStart(demand: Partial<ThreadDemand>): number {
  return threadsToStart({ ...NONE, ...demand });
}

describe('the threads that a pool starts', () => {
  it('are none while no call waits', () => {
    expect(toStart({})).toBe(0);
    expect(toStart({ ready: 2, size: 2, room: 6 })).toBe(0);
  });

  it('are one for the first calls, which need not wait long for it', () => {
    expect(toStart({ waiting: 1 })).toBe(1);
    expect(toStart({ waiting: 9, late: 9 })).toBe(1);
    expect(toStart({ waiting: 9, late: 9, booting: 1, size: 1, room: 7 })).toBe(0);
  });

  it('are none for calls that have waited for a moment', () => {
    expect(toStart({ waiting: 5, late: 0, ready: 1, size: 1, room: 7 })).toBe(0);
  });

  it('are one for each late call, but double the pool at most', () => {
    expect(toStart({ waiting: 5, late: 1, ready: 4, size: 4, room: 4 })).toBe(1);
    expect(toStart({ waiting: 5, late: 5, ready: 2, size: 2, room: 6 })).toBe(2);
    expect(toStart({ waiting: 5, late: 5, ready: 2, booting: 1, size: 3, room: 5 })).toBe(1);
    expect(toStart({ waiting: 5, late: 5, ready: 6, size: 6, room: 2 })).toBe(2);
  });

  it('are those that the pool always has, whether calls wait or not', () => {
    expect(toStart({ least: 3 })).toBe(3);
    expect(toStart({ least: 3, booting: 1, size: 1, room: 7 })).toBe(2);
    expect(toStart({ least: 3, booting: 3, size: 3, room: 5 })).toBe(0);
  });

  it('are never more than there is room for, nor more than twice those at work', () => {
    const some = fc.nat({ max: 20 });
    const demand = fc.record({
      waiting: some,
      late: some,
      ready: some,
      booting: some,
      least: fc.constant(0),
      room: fc.integer({ min: -2, max: 20 }),
      size: some,
    });
    fc.assert(
      fc.property(demand, (given) => {
        const started = threadsToStart(given);
        expect(started).toBeGreaterThanOrEqual(0);
        expect(started).toBeLessThanOrEqual(Math.max(0, given.room));
        if (started > 0) {
          expect(given.booting + started).toBeLessThanOrEqual(Math.max(1, given.ready));
        }
      }),
    );
  });
});
