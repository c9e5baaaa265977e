import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Distribution, mergeDistributions } from '../../../lib/stats/distribution.ts';

const UNTOLD = { p50: null, p90: null, p95: null, p99: null, p999: null };

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

  it('exports for merging all but its past and its quantiles', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true })), fc.array(fc.double()), (past, present) => {
        const distribution = new Distribution({ now: () => 7 });
        for (const value of past) distribution.record(value);
        distribution.rotate(1_000);
        for (const value of present) distribution.record(value);
        const all = distribution.snapshot();
        const { lastAt, ...totals } = distribution.totals();
        const untold = { ...UNTOLD, points: [], interval: null };
        const { lastAt: lastOfAll, ...expected } = { ...all, ...untold };
        expect(totals).toEqual(expected);
        expect(lastAt === null).toBe(lastOfAll === null);
      }),
    );
  });

  it('is merged to what one that has seen everything would be', () => {
    const value = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(
          fc.array(
            fc.oneof(
              value,
              value.map((x) => -x),
              fc.constant(0),
            ),
          ),
        ),
        (parts) => {
          const whole = new Distribution();
          const each = parts.map((values) => {
            const one = new Distribution();
            for (const x of values) {
              one.record(x);
              whole.record(x);
            }
            return one.totals().data;
          });
          const merged = mergeDistributions(each);
          expect(merged.sketch).toEqual(mergeDistributions([whole.totals().data]).sketch);
          expect(merged.moments.count).toBe(whole.totals().count);
        },
      ),
    );
  });
});
