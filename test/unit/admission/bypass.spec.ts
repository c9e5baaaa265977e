import { describe, expect, it } from 'vitest';

import { Bypass } from '../../../lib/admission/bypass.ts';

describe('the bypass', () => {
  it('lets as many past as may be under way, and counts them', () => {
    const bypass = new Bypass(2);
    const ends = [bypass.begin('/livez'), bypass.begin('/livez'), bypass.begin('/livez')];
    expect(ends.map((end) => end === undefined)).toEqual([false, false, true]);
    expect(bypass.counts.get('/livez')).toEqual({ inFlight: 2, admitted: 2, refused: 1 });
    ends[0]?.();
    expect(bypass.begin('/livez')).toBeDefined();
  });

  it('has a cap for each path', () => {
    const bypass = new Bypass(1);
    bypass.begin('/livez');
    expect(bypass.begin('/readyz')).toBeDefined();
    expect([...bypass.counts.keys()]).toEqual(['/livez', '/readyz']);
  });
});
