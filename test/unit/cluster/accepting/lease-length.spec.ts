import { describe, expect, it } from 'vitest';

import { LeaseLength } from '../../../../lib/cluster/accepting/lease-length.ts';

const SHORTEST_MS = 100;
const LEFT_MS = 500;

function after(...claimsMs: number[]): number {
  const length = new LeaseLength(SHORTEST_MS);
  for (const ms of claimsMs) length.took(ms);
  return length.lengthMs(LEFT_MS);
}

const times = (count: number, ms: number): number[] => Array.from({ length: count }, () => ms);

describe('LeaseLength', () => {
  it('R11 stays at the shortest while claims are quick, whatever one blocked worker adds', () => {
    expect(after()).toBe(SHORTEST_MS);
    expect(after(...times(100, 2), ...times(4, SHORTEST_MS))).toBe(SHORTEST_MS);
  });

  it('R11 grows with the time that claims take, and falls with it', () => {
    const slow = times(50, 80);
    expect(after(...slow)).toBeGreaterThan(250);
    expect(after(...slow, ...times(50, 2))).toBe(SHORTEST_MS);
  });

  it('R11 grows where every lease ends without a claim', () => {
    expect(after(...times(12, SHORTEST_MS))).toBeGreaterThan(2 * SHORTEST_MS);
  });

  it('R11 never outlasts the time after which a connection is too old, but for the shortest', () => {
    expect(after(...times(50, 400))).toBe(LEFT_MS);
    const length = new LeaseLength(SHORTEST_MS);
    length.took(10_000);
    expect(length.lengthMs(20)).toBe(SHORTEST_MS);
  });
});
