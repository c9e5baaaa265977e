import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { steadyGrowthOf, type Sample } from '../../../../lib/meta/history/growth.ts';

const MIB = 2 ** 20;

function samples(count: number, bytesOf: (at: number) => number): Sample[] {
  return Array.from({ length: count }, (_, at) => ({ at, bytes: bytesOf(at) }));
}

describe('Growth of memory', () => {
  it('is the slope of a leak, with its latest value.', () => {
    const leak = samples(120, (at) => (200 + at) * MIB);
    expect(steadyGrowthOf(1, leak)).toEqual({
      slot: 1,
      bytesPerMinute: expect.closeTo(60 * MIB, 0),
      bytes: 319 * MIB,
    });
  });

  it('is none of memory that stays, that a collection takes back, or that is young.', () => {
    expect(
      steadyGrowthOf(
        1,
        samples(120, () => 200 * MIB),
      ),
    ).toBeUndefined();
    expect(
      steadyGrowthOf(
        1,
        samples(120, (at) => (200 + 3 * (at % 30)) * MIB),
      ),
    ).toBeUndefined();
    expect(
      steadyGrowthOf(
        1,
        samples(59, (at) => (200 + at) * MIB),
      ),
    ).toBeUndefined();
    expect(
      steadyGrowthOf(
        1,
        samples(120, (at) => (200 + at / 10) * MIB),
      ),
    ).toBeUndefined();
    expect(steadyGrowthOf(1, [])).toBeUndefined();
  });

  it('is found of a leak below a saw of garbage.', () => {
    const saw = samples(300, (at) => (200 + at + 5 * (at % 10)) * MIB);
    expect(steadyGrowthOf(1, saw)?.bytesPerMinute).toBeGreaterThan(50 * MIB);
  });

  it('is found at any rate that matters.', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 50 }), (mibPerSecond) => {
        const found = steadyGrowthOf(
          0,
          samples(90, (at) => (150 + mibPerSecond * at) * MIB),
        );
        expect(found?.bytesPerMinute).toBeCloseTo(mibPerSecond * 60 * MIB, -3);
      }),
    );
  });
});
