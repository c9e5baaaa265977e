import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RecentCount } from '../../../../lib/connections/calls/recent-count.ts';

describe('RecentCount', () => {
  it('counts what is within the span, give or take a tenth of it', () => {
    const passes = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 100 });
    fc.assert(
      fc.property(passes, (all) => {
        const count = new RecentCount(1_000);
        const seen: number[] = [];
        let now = 0;
        for (const ms of all) {
          now += ms;
          count.add(now);
          seen.push(now);
          const within = (span: number): number => seen.filter((at) => now - at < span).length;
          expect(count.total(now)).toBeGreaterThanOrEqual(within(900));
          expect(count.total(now)).toBeLessThanOrEqual(within(1_000));
        }
      }),
    );
  });

  it('forgets all when nothing was seen for a span', () => {
    const count = new RecentCount(1_000);
    count.add(0);
    expect(count.total(999)).toBe(1);
    expect(count.total(1_000)).toBe(0);
    expect(count.total(50_000)).toBe(0);
  });
});
