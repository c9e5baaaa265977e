import { describe, expect, it } from 'vitest';

import { acceptFor, acceptQueue } from './slow-turns.ts';

const { claimTimeoutMs, maxWaitMs } = acceptQueue;

describe('AcceptPath', () => {
  it.each([110, 120, 130])(
    'R11 Workers whose loops all turn once in %i ms, later than a lease, get every connection.',
    async (turnMs) => {
      const turnsMs = [turnMs, turnMs, turnMs];
      const { arrived, waits, shed } = await acceptFor(10_000, { perSecond: 30, turnsMs });
      expect(shed).toEqual({ full: 0, age: 0, codel: 0, down: 0 });
      expect(waits).toHaveLength(arrived);
      expect(Math.max(...waits)).toBeLessThanOrEqual(maxWaitMs);
    },
  );

  it('R11 Of the connections to loops that turn once in 250 ms only the first few are refused.', async () => {
    const turnsMs = [250, 250, 250];
    const { arrived, waits } = await acceptFor(20_000, { perSecond: 15, turnsMs });
    expect(waits.length).toBeGreaterThan(0.95 * arrived);
    expect(Math.max(...waits)).toBeLessThanOrEqual(maxWaitMs + claimTimeoutMs);
  });

  it.each([60, 500, 1_000])(
    'R11 A blocked worker beside three that turn keeps a connection for one shortest lease, at %i a second.',
    async (perSecond) => {
      const turnMs = 4;
      const turnsMs = [Infinity, turnMs, turnMs, turnMs];
      const { arrived, waits } = await acceptFor(5_000, { perSecond, turnsMs });
      expect(waits).toHaveLength(arrived);
      expect(Math.max(...waits)).toBeLessThanOrEqual(claimTimeoutMs + 3 * turnMs);
      expect(waits.filter((waitMs) => waitMs > 3 * turnMs).length).toBeLessThanOrEqual(4);
    },
  );

  it('R11 Where all workers are blocked, what waits is refused at the age that was set.', async () => {
    const turnsMs = [Infinity, Infinity];
    const { arrived, shed } = await acceptFor(5_000, { perSecond: 100, turnsMs });
    expect(shed).toEqual({ full: 0, age: arrived, codel: 0, down: 0 });
  });
});
