import { describe, expect, it } from 'vitest';

import { Throttle } from '../../../../lib/connections/calls/throttle.ts';
import { seededRandom } from '../fake-time.ts';

/** Sends requests at 100/s to a service that accepts so many of a hundred; counts what it gets. */
function run(throttle: Throttle, { seconds, accepts, from = 0 }: Record<string, number>): number {
  let reached = 0;
  for (let index = 0; index < (seconds ?? 0) * 100; index++) {
    const now = (from ?? 0) + index * 10;
    if (!throttle.admit(now)) continue;
    reached++;
    if (index % 100 < (accepts ?? 0)) throttle.accepted(now);
    else throttle.refused(now);
  }
  return reached;
}

describe('Throttle', () => {
  it('holds nothing back from a service that accepts half', () => {
    const throttle = new Throttle(seededRandom(1));
    expect(run(throttle, { seconds: 60, accepts: 60 })).toBe(6_000);
    expect(throttle.heldBack).toBe(0);
  });

  it('holds nearly all back from a service that refuses all, but for five a second', () => {
    const throttle = new Throttle(seededRandom(2));
    const reached = run(throttle, { seconds: 60, accepts: 0 });
    expect(reached).toBeGreaterThanOrEqual(300);
    expect(reached).toBeLessThan(400);
    expect(throttle.heldBack).toBe(6_000 - reached);
    expect(throttle.chance(60_000)).toBeGreaterThan(0.99);
  });

  it('never holds back what is rare', () => {
    const throttle = new Throttle(() => 0);
    for (let index = 0; index < 100; index++) {
      expect(throttle.admit(index * 250)).toBe(true);
      throttle.refused(index * 250);
    }
  });

  it('is (requests - 2 x accepts) / (requests + 1), never negative', () => {
    const throttle = new Throttle(() => 1);
    for (let index = 0; index < 9; index++) throttle.refused(0);
    throttle.accepted(0);
    expect(throttle.chance(0)).toBeCloseTo((10 - 2) / 11);
    for (let index = 0; index < 10; index++) throttle.accepted(0);
    expect(throttle.chance(0)).toBe(0);
  });

  it('lets go within half a minute when the service accepts again', () => {
    const throttle = new Throttle(seededRandom(3));
    run(throttle, { seconds: 60, accepts: 0 });
    run(throttle, { seconds: 30, accepts: 100, from: 60_000 });
    expect(throttle.chance(90_000)).toBe(0);
    expect(run(throttle, { seconds: 10, accepts: 100, from: 90_000 })).toBe(1_000);
  });

  it('takes no request against the service that said nothing of it yet', () => {
    const throttle = new Throttle(() => 0);
    for (let index = 0; index < 100; index++) expect(throttle.admit(index)).toBe(true);
  });
});
