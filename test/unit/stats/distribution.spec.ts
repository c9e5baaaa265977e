import { describe, expect, it } from 'vitest';

import { Distribution } from '../../../lib/stats/distribution.ts';

describe('Distribution', () => {
  it('has no figures while it is empty', () => {
    expect(new Distribution().snapshot()).toMatchObject({
      count: 0,
      sum: 0,
      min: null,
      max: null,
      mean: null,
      last: null,
      lastAt: null,
      p50: null,
      interval: null,
      points: [],
    });
  });

  it('leaves out what is no number', () => {
    const distribution = new Distribution();
    for (const value of [NaN, Infinity, -Infinity]) distribution.record(value);
    expect(distribution.snapshot().count).toBe(0);
  });

  it('knows the last value and when it came', () => {
    const distribution = new Distribution();
    distribution.record(1);
    distribution.record(5);
    const { last, lastAt } = distribution.snapshot();
    expect(last).toBe(5);
    expect(Math.abs(Date.now() - (lastAt ?? 0))).toBeLessThan(5_000);
  });
});
