import { describe, expect, it } from 'vitest';

import {
  isPriority,
  PRIORITIES,
  priorityOf,
  rankOf,
  shareOf,
} from '../../../lib/admission/priority.ts';

describe('priorities', () => {
  it('convert to ranks and back, the most important one first', () => {
    expect(PRIORITIES.map(rankOf)).toEqual([0, 1, 2, 3]);
    expect(rankOf('critical')).toBe(0);
    expect(rankOf('sheddable')).toBe(3);
    expect(PRIORITIES.map((priority) => priorityOf(rankOf(priority)))).toEqual(PRIORITIES);
  });

  it.each(['Critical', '', 'urgent', undefined, 0, ['high']])('are not named %s', (value) => {
    expect(isPriority(value)).toBe(false);
  });

  it('reserve a part of the limit for higher ones', () => {
    const shares = ([0, 1, 2, 3] as const).map((rank) => shareOf(rank, 0));
    expect(shares).toEqual([1, 0.95, 0.8, 0.5]);
  });

  it('reserve nothing for unused priorities', () => {
    for (const rank of [0, 1, 2, 3] as const) expect(shareOf(rank, rank)).toBe(1);
    expect(shareOf(1, 3)).toBe(1);
    expect(shareOf(3, 2)).toBeCloseTo(0.5 / 0.8);
  });
});
