import { describe, expect, it } from 'vitest';

import { LookPace } from '../../../../../lib/cluster/accepting/invite/look-pace.ts';

describe('The pace of looks at what waits', () => {
  it('is quick while connections move', () => {
    const pace = new LookPace();
    for (let now = 0; now < 100; now += 15) {
      expect(pace.next(true, now)).toBe(2);
      expect(pace.next(false, now + 10)).toBe(2);
    }
  });

  it('slows down when nothing moves, and is quick again with the first change', () => {
    const pace = new LookPace();
    pace.next(true, 0);
    expect(pace.next(false, 15)).toBe(2);
    expect(pace.next(false, 16)).toBe(32);
    expect(pace.next(true, 48)).toBe(2);
  });

  it('stays quick however many looks come in between', () => {
    const pace = new LookPace();
    pace.next(true, 0);
    for (let look = 0; look < 100; look++) expect(pace.next(false, look / 10)).toBe(2);
  });
});
