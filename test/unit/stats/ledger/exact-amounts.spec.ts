import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { exactAmount } from '../../../../lib/stats/ledger/exact-amounts.ts';

function sum(all: readonly number[]): number {
  return all.reduce((total, one) => total + one, 0);
}

describe('Exact amounts', () => {
  it('have the same sum in any order.', () => {
    const amounts = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 50 });
    fc.assert(
      fc.property(amounts, (given) => {
        const exact = given.map(exactAmount);
        expect(sum(exact)).toBe(sum(exact.toReversed()));
        expect(sum(exact)).toBe(sum(exact.toSorted((a, b) => a - b)));
      }),
    );
  });

  it('lose less than a millionth, and grow with what they are made from.', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e9, noNaN: true }), (amount) => {
        expect(amount - exactAmount(amount)).toBeGreaterThanOrEqual(0);
        expect(amount - exactAmount(amount)).toBeLessThan(1e-6);
      }),
    );
    expect(exactAmount(0.1)).toBeLessThanOrEqual(exactAmount(0.1000001));
    expect(exactAmount(1e300)).toBe(1e300);
  });
});
