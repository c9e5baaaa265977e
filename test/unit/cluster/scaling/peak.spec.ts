import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Peak } from '../../../../lib/cluster/scaling/peak.ts';

const SPAN_MS = 120_000;

describe('Peak', () => {
  it('is unknown until its span is over', () => {
    const peak = new Peak(SPAN_MS);
    expect(peak.over(0)).toBeUndefined();
    peak.take(3, 5_000);
    expect(peak.over(SPAN_MS + 4_999)).toBeUndefined();
    expect(peak.over(SPAN_MS + 5_000)).toBe(3);
  });

  it('is never less than the largest value of the span, and forgets what is a slice older', () => {
    const values = fc.array(fc.tuple(fc.nat(9), fc.integer({ min: 100, max: 20_000 })), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(values, (steps) => {
        const peak = new Peak(SPAN_MS);
        const taken: { at: number; value: number }[] = [];
        let now = 0;
        for (const [value, gapMs] of steps) {
          now += gapMs;
          peak.take(value, now);
          taken.push({ at: now, value });
          const seen = peak.over(now);
          if (seen === undefined) continue;
          const since = (ms: number): number => {
            return Math.max(...taken.filter(({ at }) => at >= now - ms).map((one) => one.value));
          };
          expect(seen).toBeGreaterThanOrEqual(since(SPAN_MS));
          expect(seen).toBeLessThanOrEqual(since((SPAN_MS * 13) / 12));
        }
      }),
    );
  });
});
