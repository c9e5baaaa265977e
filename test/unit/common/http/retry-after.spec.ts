import * as fc from 'fast-check';
import { expect, it } from 'vitest';

import { retryAfterSeconds, waitAfter } from '../../../../lib/common/http/retry-after.ts';

it('Retry-After is a whole number of seconds within the wait, each as likely.', () => {
  const drawn = [0, 0.34, 0.67].map((one) => retryAfterSeconds(waitAfter(1_000), () => one));
  expect(drawn).toEqual([1, 2, 3]);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 60_000 }),
      fc.integer({ min: 0, max: 60_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (minMs, moreMs, random) => {
        const maxMs = minMs + moreMs;
        const seconds = retryAfterSeconds({ minMs, maxMs }, () => random);
        expect(Number.isInteger(seconds)).toBe(true);
        expect(seconds * 1_000).toBeGreaterThanOrEqual(minMs);
        expect(seconds).toBeLessThanOrEqual(Math.ceil(maxMs / 1_000));
      },
    ),
  );
});
