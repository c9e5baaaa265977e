import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CallerQuota } from '../../../lib/admission/caller-quota.ts';

function makeQuota(maxInFlight: number): CallerQuota {
  return new CallerQuota({ maxInFlight, keyOf: ({ remoteAddress }) => remoteAddress });
}

function broken(): string {
  throw new TypeError('no such header');
}

describe('the quota of callers', () => {
  it('exempts callers whose key cannot be determined', () => {
    const quota = new CallerQuota({ maxInFlight: 1, keyOf: broken });
    const request = { method: 'GET', url: '/', headers: {}, remoteAddress: '' };
    expect(quota.keyOf(request)).toBeUndefined();
  });

  it('is per caller', () => {
    const quota = makeQuota(1);
    expect(quota.take('a')).toBe(true);
    expect(quota.take('a')).toBe(false);
    expect(quota.take('b')).toBe(true);
  });

  it('is freed when a request ends', () => {
    const quota = makeQuota(2);
    for (const _ of [1, 2, 3]) quota.take('a');
    quota.giveBack('a');
    expect([quota.take('a'), quota.take('a')]).toEqual([true, false]);
  });

  it('identifies the caller by the key of the options', () => {
    const request = { method: 'GET', url: '/', headers: {}, remoteAddress: '192.0.2.1' };
    expect(makeQuota(1).keyOf(request)).toBe('192.0.2.1');
  });

  it('never exceeds the quota of any caller, in any order', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), takes: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step), (max, steps) => {
        const quota = makeQuota(max);
        const counts = new Map<string, number>();
        for (const { key, takes } of steps) {
          const count = counts.get(key) ?? 0;
          if (takes) {
            expect(quota.take(key)).toBe(count < max);
            counts.set(key, Math.min(max, count + 1));
          } else if (count > 0) {
            quota.giveBack(key);
            counts.set(key, count - 1);
          }
        }
      }),
    );
  });
});
