import { describe, expect, it } from 'vitest';

import { report, steadily, tally } from '../../support/load.ts';
import { startGroup, USED_TRANSPORT } from '../../support/test-group.ts';

describe('Stopped processes', () => {
  it('F24 A stopped worker is passed over, taken back when it goes on, and replaced when it does not.', async () => {
    const group = await startGroup({
      app: 'lab.app',
      options: { supervision: { stalledAfterMs: 500, hungAfterMs: 3_000 } },
    });
    const [worker] = await group.untilAllReady();
    if (worker === undefined) throw new Error('no worker');
    const { pid, slot } = worker;

    process.kill(pid, 'SIGSTOP');
    const stoppedAt = performance.now();
    await group.untilWorker(slot, 'STALLED', ({ state }) => state === 'STALLED');
    const stalledAfterMs = performance.now() - stoppedAt;
    expect((await group.get('/lab/who')).status).toBe(200);
    process.kill(pid, 'SIGCONT');
    const back = await group.untilWorker(slot, 'READY', ({ state }) => state === 'READY');
    expect(back.pid).toBe(pid);

    process.kill(pid, 'SIGSTOP');
    const stoppedAgainAt = performance.now();
    const next = await group.untilWorker(
      slot,
      'replaced',
      (one) => one.pid !== pid && one.state === 'READY',
      { withinMs: 15_000 },
    );
    report('F24', {
      'stalled after ms': stalledAfterMs,
      'replaced after ms': performance.now() - stoppedAgainAt,
    });
    expect(next.lastExit).toMatchObject({ pid, signal: 'SIGKILL' });
    expect(next.lastExit?.uptimeMs).toBeGreaterThan(3_000);
  });

  it('F25 A primary that was stopped serves what came meanwhile and kills no worker for the silence.', async () => {
    const group = await startGroup({
      app: 'lab.app',
      // Shorter than the stop: neither a worker's silence nor the wait in the queue may count it.
      options: {
        acceptQueue: { maxWaitMs: 2_500, targetMs: 10_000, intervalMs: 10_000 },
        supervision: { stalledAfterMs: 500, hungAfterMs: 2_500 },
      },
    });
    const pids = await group.pids();

    const stopMs = 3_000;
    setTimeout(() => group.signal('SIGSTOP'), 500);
    setTimeout(() => group.signal('SIGCONT'), 500 + stopMs);
    const all = await steadily({ everyMs: 20, forMs: stopMs + 1_000 }, () => group.get('/lab/who'));

    const waited = all.filter(({ closedAfterMs }) => closedAfterMs > 500).length;
    report('F25', { sent: all.length, 'came during the stop': waited });
    expect(tally(all.map(({ status, errorCode }) => status ?? errorCode))).toEqual(
      new Map([[200, all.length]]),
    );
    // Workers that accept by themselves go on meanwhile.
    if (USED_TRANSPORT === 'ipc') expect(waited).toBeGreaterThan(0);
    else expect(waited).toBeLessThan(0.1 * all.length);
    await group.untilAllReady();
    expect(await group.pids()).toEqual(pids);
    expect(group.log.filter(({ msg }) => msg === 'worker ended')).toEqual([]);
  });
});
