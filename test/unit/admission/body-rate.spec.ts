import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BodyRate } from '../../../lib/admission/body-rate.ts';

const LIMITS = { minBytesPerSecond: 500, graceMs: 20_000 };

describe('the rate of a body', () => {
  it('does not count during the grace', () => {
    const rate = new BodyRate(LIMITS, 0, 0);
    expect([1_000, 10_000, 20_000].map((now) => rate.look(now, 1, true))).toEqual([
      false,
      false,
      false,
    ]);
    expect(rate.look(20_001, 1, true)).toBe(true);
  });

  it('is the mean since the start: a fast sender may pause', () => {
    const rate = new BodyRate(LIMITS, 0, 0);
    rate.look(1_000, 50_000, true);
    expect(rate.look(60_000, 50_000, true)).toBe(false);
    expect(rate.look(110_000, 50_000, true)).toBe(true);
  });

  it('does not count time in which the application does not read', () => {
    const rate = new BodyRate(LIMITS, 0, 0);
    rate.look(1_000, 1_000, false);
    rate.look(600_000, 1_000, false);
    // It has just read what was there.
    expect(rate.look(601_000, 1_000, true)).toBe(false);
    expect(rate.look(620_000, 1_000, true)).toBe(false);
    expect(rate.look(622_000, 1_000, true)).toBe(true);
  });

  it('never gives up a body that keeps the minimum rate at each check', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 500, max: 100_000 }), { maxLength: 200 }), (bytes) => {
        const rate = new BodyRate(LIMITS, 0, 7);
        let sum = 7;
        for (const [index, more] of bytes.entries()) {
          sum += more;
          expect(rate.look((index + 1) * 1_000, sum, true)).toBe(false);
        }
      }),
    );
  });
});
