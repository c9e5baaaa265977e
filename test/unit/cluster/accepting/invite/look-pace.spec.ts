import { describe, expect, it } from 'vitest';

import { LookPace } from '../../../../../lib/cluster/accepting/invite/look-pace.ts';

function waits(pace: LookPace, hasChanged: boolean, looks: number): number[] {
  return Array.from({ length: looks }, () => pace.next(hasChanged));
}

describe('The pace of looks at what waits', () => {
  it('is quick while connections move', () => {
    expect(new Set(waits(new LookPace(), true, 50))).toEqual(new Set([2]));
  });

  it('slows down when nothing moves, and is quick again with the first change', () => {
    const pace = new LookPace();
    pace.next(true);
    expect(waits(pace, false, 9)).toEqual([2, 2, 2, 2, 2, 2, 2, 32, 32]);
    expect(pace.next(true)).toBe(2);
    expect(waits(pace, false, 8).at(-1)).toBe(32);
  });
});
