import { describe, expect, it } from 'vitest';

import { OrphanWatch } from '../../../../lib/cluster/sentinel/orphan-watch.ts';

describe('OrphanWatch', () => {
  it('leaves a process alone as long as its primary is its parent', () => {
    const watch = new OrphanWatch(7);
    expect([0, 5_000, 100_000].map((now) => watch.look(7, now))).toEqual([false, false, false]);
  });

  it('gives an orphan a second to end by itself', () => {
    const watch = new OrphanWatch(7);
    expect(watch.look(7, 10_000)).toBe(false);
    expect(watch.look(1, 10_500)).toBe(false);
    expect(watch.look(1, 11_499)).toBe(false);
    expect(watch.look(1, 11_500)).toBe(true);
  });
});
