import { describe, expect, it } from 'vitest';

import { fromIn, Tail } from '../../../lib/reports/tail.ts';

function open(limits: { rows: number; size?: number }) {
  let nowMs = 0;
  const tail = new Tail<string>(limits, (row) => row.length, { now: () => nowMs });
  return { tail, pass: (ms: number) => (nowMs += ms) };
}

describe('A tail', () => {
  it('gives each look the rows since the one before, once.', () => {
    const { tail } = open({ rows: 10 });
    const { next } = tail.since(null);
    tail.push('a');
    tail.push('b');
    const part = tail.since(next);
    expect(part).toEqual({ rows: ['a', 'b'], next: 2, missed: 0 });
    expect(tail.since(part.next)).toEqual({ rows: [], next: 2, missed: 0 });
    // Another viewer looks from its own place.
    expect(tail.since(1).rows).toEqual(['b']);
  });

  it('keeps nothing before the first look, and nothing once nobody looks any more.', () => {
    const { tail, pass } = open({ rows: 10 });
    tail.push('before');
    expect([tail.isFollowed, tail.since(0)]).toEqual([false, { rows: [], next: 0, missed: 0 }]);
    tail.push('a');
    pass(29_999);
    expect(tail.isFollowed).toBe(true);
    pass(1);
    expect(tail.isFollowed).toBe(false);
    tail.push('b');
    expect(tail.since(0)).toEqual({ rows: [], next: 1, missed: 0 });
  });

  it('is bounded in rows and in size, and counts what a slow viewer misses.', () => {
    const { tail } = open({ rows: 3, size: 10 });
    tail.since(null);
    for (const row of ['a', 'b', 'c', 'd', 'e']) tail.push(row);
    expect(tail.since(0)).toEqual({ rows: ['c', 'd', 'e'], next: 5, missed: 2 });
    tail.push('123456789');
    expect(tail.since(5)).toEqual({ rows: ['123456789'], next: 6, missed: 0 });
    expect(tail.since(3)).toEqual({ rows: ['e', '123456789'], next: 6, missed: 1 });
    tail.push('longer than all of it');
    expect(tail.since(6)).toEqual({ rows: [], next: 7, missed: 1 });
  });

  it('starts anew for a number that another process gave.', () => {
    const { tail } = open({ rows: 3 });
    tail.since(null);
    tail.push('a');
    expect(tail.since(1_000)).toEqual({ rows: [], next: 1, missed: 0 });
  });

  it('is asked by number.', () => {
    expect([fromIn({ from: 7 }), fromIn({ from: null }), fromIn(undefined)]).toEqual([
      7,
      null,
      null,
    ]);
    for (const from of ['7', 1.5, -1, {}, NaN])
      expect(() => fromIn({ from })).toThrow('from must be');
  });
});
