import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { seededRandom } from '../../../bench/support/random.ts';
import { RunningMedian } from '../../../lib/admission/running-median.ts';

function medianAfter(values: Iterable<number>): number {
  const median = new RunningMedian();
  for (const value of values) median.see(value);
  return median.value;
}

function draw(count: number, next: (random: () => number) => number): number[] {
  const random = seededRandom(3);
  return Array.from({ length: count }, () => next(random));
}

describe('a running median', () => {
  it('is 0 before the first value, then that value', () => {
    const median = new RunningMedian();
    expect(median.value).toBe(0);
    median.see(42);
    expect(median.value).toBe(42);
  });

  it.each([0.5, 20, 5_000])('finds the median of values around %d', (scale) => {
    const values = draw(2_000, (random) => -Math.log(1 - random()) * scale);
    const found = medianAfter([scale * 10, ...values]);
    expect(found).toBeGreaterThan(scale * Math.LN2 * 0.6);
    expect(found).toBeLessThan(scale * Math.LN2 * 1.5);
  });

  it('is not moved by a few outliers', () => {
    const values = draw(1_000, (random) => (random() < 0.1 ? 60_000 : 10));
    expect(medianAfter(values)).toBeLessThan(12);
  });

  it('follows a tenfold change within fifty values', () => {
    expect(medianAfter([...Array<number>(50).fill(10), ...Array<number>(50).fill(100)])).toBe(100);
  });

  it('leaves 0', () => {
    expect(medianAfter([0, ...Array<number>(400).fill(5)])).toBe(5);
  });

  it('stays between the smallest and the largest value', () => {
    const values = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1 });
    fc.assert(
      fc.property(values, (seen) => {
        const found = medianAfter(seen);
        expect(found).toBeGreaterThanOrEqual(Math.min(...seen));
        expect(found).toBeLessThanOrEqual(Math.max(...seen));
      }),
    );
  });
});
