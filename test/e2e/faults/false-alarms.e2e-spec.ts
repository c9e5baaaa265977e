import { describe, expect, it } from 'vitest';

import { report, steadily, tally } from '../../support/load.ts';
import { accountOf, PATIENT, startGroup } from '../../support/test-group.ts';

const HOUR_MS = 3_600_000;

describe('False alarms', () => {
  it('F30 Pauses of the collector and a clock that is set kill no worker and lose no request.', async () => {
    const preload = new URL('../../fixtures/dist/jumping-clock.js', import.meta.url).href;
    const group = await startGroup({
      app: 'lab.app',
      version: '0',
      preload,
      options: {
        acceptQueue: PATIENT,
        supervision: { stalledAfterMs: 1_000 },
        recycle: { sampleIntervalMs: 500 },
      },
    });
    const pids = await group.pids();

    const storms = Promise.all(
      pids.map(() => group.get('/lab/garbage?ms=8000', { withinMs: 60_000 })),
    );
    let sent = 0;
    const all = await steadily({ everyMs: 50, forMs: 9_000 }, () => {
      // Forth, back beyond the start, and to where it was.
      if (++sent === 40) group.writeVersion(String(HOUR_MS));
      if (sent === 80) group.writeVersion(String(-HOUR_MS));
      if (sent === 120) group.writeVersion('0');
      return group.get('/lab/who', { withinMs: 60_000 });
    });
    const statuses = tally(all.map(({ status, errorCode }) => status ?? errorCode));
    const longest = Math.max(...all.map(({ closedAfterMs }) => closedAfterMs));
    report('F30', { sent: all.length, answered: statuses.get(200) ?? 0, 'longest ms': longest });

    expect((await storms).map(({ status }) => status)).toEqual([200, 200]);
    expect(statuses).toEqual(new Map([[200, all.length]]));
    await group.untilAllReady();
    expect(await group.pids()).toEqual(pids);
    expect(group.log.filter(({ msg }) => msg === 'worker ended')).toEqual([]);
    const queue = await group.untilQueue('settled', (one) => one.pending + one.length === 0);
    expect(accountOf(queue)).toBe(queue.accepted);
  });
});
