import { describe, expect, it } from 'vitest';

import { backoffMs } from '../../../../lib/cluster/supervision/backoff.ts';

describe('backoffMs', () => {
  it('follows the curve 0, 1, 2, 4 ... 30 seconds', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 100].map((failures) => backoffMs(failures, () => 1));
    expect(waits).toEqual([0, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
  });

  it('takes a point between nothing and the base', () => {
    expect(backoffMs(4, () => 0.25)).toBe(1_000);
    expect(backoffMs(4, () => 0)).toBe(0);
    expect(backoffMs(0, () => 1)).toBe(0);
  });
});
