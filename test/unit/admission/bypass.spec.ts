import { describe, expect, it } from 'vitest';

import { Bypass } from '../../../lib/admission/bypass.ts';

describe('the bypass', () => {
  it('admits requests up to its cap, and counts them', () => {
    const bypass = new Bypass(2);
    const verdicts = [1, 2, 3].map(() => bypass.begin('/livez'));
    expect(verdicts).toEqual([true, true, false]);
    expect(bypass.counts.get('/livez')).toEqual({ inFlight: 2, admitted: 2, refused: 1 });
    bypass.giveBack('/livez');
    expect(bypass.begin('/livez')).toBe(true);
  });

  it('has a cap for each path', () => {
    const bypass = new Bypass(1);
    bypass.begin('/livez');
    expect(bypass.begin('/readyz')).toBe(true);
    expect([...bypass.counts.keys()]).toEqual(['/livez', '/readyz']);
  });
});
