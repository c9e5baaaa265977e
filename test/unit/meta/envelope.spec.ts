import { describe, expect, it } from 'vitest';

import { coverageOf } from '../../../lib/meta/envelope.ts';

describe('coverageOf', () => {
  it('names the workers whose loop is blocked, and expects one in each empty slot', () => {
    const rows = [
      { id: 1, state: 'READY' },
      { id: 2, state: 'STALLED' },
      { id: null, state: 'EXITED' },
      { id: 4, state: 'BOOTING' },
    ];
    expect(coverageOf(rows)).toEqual({ expected: 4, answered: 2, missing: [2] });
  });
});
