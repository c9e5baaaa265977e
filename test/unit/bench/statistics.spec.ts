import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Bar, judge, unfavourable } from '../../../bench/support/bar.ts';
import { medianBounds } from '../../../bench/support/bootstrap.ts';
import { seededRandom } from '../../../bench/support/random.ts';
import { median, quantile, spread } from '../../../bench/support/statistics.ts';

const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
  minLength: 1,
  maxLength: 30,
});

describe('the statistics of the benchmarks', () => {
  it('know median, extremes and what lies between', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(quantile([0, 10], 0.95)).toBeCloseTo(9.5);
    expect(spread([2, 9, 4])).toEqual({ min: 2, median: 4, max: 9 });
    expect(median([])).toBeNaN();
  });

  it('bound the median from both sides, within what was seen, the same for the same seed', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: 1 }), (sample, seed) => {
        const bounds = (): ReturnType<typeof medianBounds> =>
          medianBounds(sample, { random: seededRandom(seed), resamples: 200 });
        const { lower, upper } = bounds();
        expect(lower).toBeLessThanOrEqual(upper);
        expect(lower).toBeGreaterThanOrEqual(Math.min(...sample));
        expect(upper).toBeLessThanOrEqual(Math.max(...sample));
        expect(bounds()).toEqual({ lower, upper });
      }),
    );
  });

  it('hold a bar by the unfavourable bound alone', () => {
    const atLeast: Bar = { kind: 'at-least', limit: 0.95 };
    const atMost: Bar = { kind: 'at-most', limit: 1.05 };
    expect(judge(atLeast, { lower: 0.96, upper: 1.1 })).toBe('held');
    expect(judge(atLeast, { lower: 0.9, upper: 1.1 })).toBe('inconclusive');
    expect(judge(atLeast, { lower: 0.8, upper: 0.9 })).toBe('missed');
    expect(judge(atMost, { lower: 0.9, upper: 1.05 })).toBe('held');
    expect(judge(atMost, { lower: 1.06, upper: 1.2 })).toBe('missed');
    expect(unfavourable(atMost, { lower: 0.9, upper: 1.2 })).toBe(1.2);
  });
});
