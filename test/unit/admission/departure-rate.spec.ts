import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { DepartureRate } from '../../../lib/admission/departure-rate.ts';

/** One that has seen departures every so often, the first at 0; somebody still waits. */
function steady(everyMs: number, count = 20): DepartureRate {
  const rate = new DepartureRate();
  rate.arrive(0);
  for (let i = 0; i < count; i++) rate.depart(i * everyMs, false);
  return rate;
}

describe('the rate of departures', () => {
  it('is unknown until the second of two successive departures', () => {
    const rate = new DepartureRate();
    rate.arrive(0);
    rate.depart(70, false);
    expect(rate.intervalMs(70)).toBe(0);
    rate.depart(80, false);
    expect(rate.intervalMs(80)).toBe(10);
  });

  it('is the interval of even departures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 2, max: 60 }), (ms, n) => {
        expect(steady(ms, n).intervalMs((n - 1) * ms)).toBeCloseTo(ms);
      }),
    );
  });

  it('follows a change within about twenty departures', () => {
    const rate = steady(10);
    for (let i = 1; i <= 60; i++) rate.depart(190 + i * 100, false);
    expect(rate.intervalMs(190 + 6_000)).toBeGreaterThan(90);
    expect(rate.intervalMs(190 + 6_000)).toBeLessThan(100);
  });

  it('leaves out the time in which the queue is empty', () => {
    const rate = steady(10);
    rate.depart(200, true);
    expect(rate.intervalMs(5_000)).toBeCloseTo(10);
    rate.arrive(5_000);
    rate.depart(5_900, true);
    expect(rate.intervalMs(5_900)).toBeCloseTo(10);
  });

  it('forgets earlier departures after a long pause', () => {
    const rate = steady(10);
    rate.depart(200, true);
    rate.arrive(10_000);
    expect(rate.intervalMs(10_000)).toBe(0);
  });

  it('counts the current interval once it exceeds the mean', () => {
    const rate = steady(10);
    expect(rate.intervalMs(195)).toBeCloseTo(10);
    expect(rate.intervalMs(1_190)).toBeGreaterThan(50);
  });

  it('reports for how long a queue has been stalled', () => {
    const rate = steady(10);
    expect(rate.stalledMs(250)).toBe(60);
    rate.clear();
    expect(rate.stalledMs(300)).toBe(0);
    rate.arrive(400);
    rate.arrive(420);
    expect(rate.stalledMs(450)).toBe(50);
  });
});
