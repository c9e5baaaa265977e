import { describe, expect, it } from 'vitest';

import { seededRandom } from '../../../bench/support/random.ts';
import { flatnessOf, trendOf } from '../../soak/trend.ts';

const HOUR_MS = 3_600_000;

function samples(perHour: number, noise: number, seed = 1) {
  const random = seededRandom(seed);
  return Array.from({ length: 300 }, (_, index) => ({
    at: index * 2_000,
    value: 100 + (perHour * index * 2_000) / HOUR_MS + noise * (random() - 0.5),
  }));
}

describe('trendOf', () => {
  it('finds the slope of a line', () => {
    const { perHour, marginPerHour } = trendOf(samples(30, 0));
    expect(perHour).toBeCloseTo(30);
    expect(marginPerHour).toBeCloseTo(0);
  });

  it('has the true slope within its margin nearly always', () => {
    const hits = Array.from({ length: 200 }, (_, seed) =>
      trendOf(samples(12, 40, seed + 1)),
    ).filter(({ perHour, marginPerHour }) => Math.abs(perHour - 12) <= marginPerHour);
    expect(hits.length).toBeGreaterThan(180);
  });
});

describe('flatnessOf', () => {
  const trend = { first: 100, last: 101, perHour: 10, marginPerHour: 5 };

  it.each([
    { limit: 15, verdict: 'holds' },
    { limit: 14, verdict: 'open' },
    { limit: 5, verdict: 'open' },
    { limit: 4, verdict: 'missed' },
  ])('calls a slope of 10 ± 5 against a limit of $limit "$verdict"', ({ limit, verdict }) => {
    expect(flatnessOf(trend, limit)).toBe(verdict);
  });
});
