import { describe, expect, it } from 'vitest';

import { quantile, report, steadily, tally } from '../../support/load.ts';
import { labAnswer } from '../../support/raw-connection.ts';
import { watchStanding } from '../../support/standing.ts';
import { startGroup, USED_TRANSPORT } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const LEASE_MS = 100;

describe('One blocked worker of four', () => {
  it('F1 delays at most one new connection, by a lease, and is replaced when it stays blocked.', async () => {
    const hungAfterMs = 5_000;
    const group = await startGroup({
      app: 'lab.app',
      options: {
        workers: 4,
        acceptQueue: { claimTimeoutMs: LEASE_MS },
        // Late, so that the lease alone keeps connections from the blocked worker.
        supervision: { stalledAfterMs: 2_000, hungAfterMs },
      },
    });
    const pidsBefore = await group.pids();

    await group.get('/lab/spin?ms=3000');
    const askedAt = performance.now();
    await until('the block', () => performance.now() - askedAt > 400);
    const { result: during, longestMs } = await watchStanding(() =>
      steadily({ everyMs: 33, forMs: 3_000 }, () => group.get('/lab/who')),
    );

    const times = during.map(({ closedAfterMs }) => closedAfterMs);
    const { ageMs, accepted } = await group.queue();
    report('F1', {
      sent: during.length,
      'longest wait for a worker ms': ageMs.max ?? 0,
      'second longest ms': ageMs.p99 ?? 0,
      'median ms': quantile(times, 0.5),
      'longest in all ms': Math.max(...times),
      'stood still at most for ms': longestMs,
    });
    expect(tally(during.map(({ status }) => status))).toEqual(new Map([[200, during.length]]));
    // Of no more than a hundred, the 99th percentile is the second longest wait.
    expect(accepted).toBeLessThanOrEqual(100);
    // Never a whole lease: a second connection that waits for one must fail this.
    expect(ageMs.p99).toBeLessThan(0.5 * LEASE_MS + Math.min(longestMs, 0.4 * LEASE_MS));
    // Without leases nothing waits for the blocked worker.
    if (USED_TRANSPORT === 'ipc') expect(ageMs.max).toBeGreaterThan(0.9 * LEASE_MS);
    else expect(ageMs.max).toBeLessThan(0.5 * LEASE_MS + longestMs);
    expect(ageMs.max).toBeLessThan(1_000 + longestMs);
    expect(Math.max(...times)).toBeLessThan(1_000 + longestMs);
    expect(await group.pids()).toEqual(pidsBefore);

    const forGood = labAnswer(await group.get('/lab/spin?ms=600000'));
    const replaced = await group.untilWorker(
      forGood.slot,
      'replaced',
      ({ pid, state }) => pid !== forGood.pid && state === 'READY',
      { withinMs: hungAfterMs + 15_000 },
    );
    expect(replaced.lastExit).toMatchObject({ pid: forGood.pid, signal: 'SIGKILL' });
    expect(replaced.lastExit?.reason).toContain(`blocked for ${hungAfterMs} ms`);
  });
});
