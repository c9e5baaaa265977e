import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Distribution } from '../../../lib/stats/distribution.ts';

describe('Distribution', () => {
  it('has no quantiles while it is empty', () => {
    expect(new Distribution().snapshot()).toEqual({
      count: 0,
      sum: 0,
      min: null,
      max: null,
      p50: null,
      p95: null,
      p99: null,
    });
  });

  it('is within 1 % of the sorted values', () => {
    const value = fc.double({ min: 0.001, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 500 }), (values) => {
        const distribution = new Distribution();
        for (const one of values) distribution.record(one);
        const { count, min, max, p50, p99 } = distribution.snapshot();
        const sorted = values.toSorted((a, b) => a - b);
        expect({ count, min, max }).toEqual({
          count: values.length,
          min: sorted[0],
          max: sorted.at(-1),
        });
        expect(isNear(p50, sorted, 0.5)).toBe(true);
        expect(isNear(p99, sorted, 0.99)).toBe(true);
      }),
    );
  });
});

/** Whether an estimate is within 1 % of one of the values around the quantile's rank. */
function isNear(estimate: number | null, sorted: number[], quantile: number): boolean {
  const rank = quantile * (sorted.length - 1);
  const exact = [sorted[Math.floor(rank)], sorted[Math.ceil(rank)]];
  return exact.some(
    (value) => value !== undefined && Math.abs((estimate ?? Infinity) - value) <= value * 0.0101,
  );
}
