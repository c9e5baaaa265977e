import { describe, expect, it } from 'vitest';

import { report, steadily, tally } from '../../support/load.ts';
import { startGroup } from '../../support/test-group.ts';

describe('Workers whose loops turn slowly', () => {
  it('R11 New connections are served although no worker turns its loop within a lease.', async () => {
    const group = await startGroup({
      app: 'slow-turns.app',
      // Time enough for the turns of a busy machine; leases and CoDel are the usual ones.
      options: { workers: 3, acceptQueue: { maxWaitMs: 5_000 } },
    });
    const before = await group.queue();
    const all = await steadily({ everyMs: 50, forMs: 4_000 }, () => group.get('/lab/who'));

    const { handed, shed, ageMs } = await group.queue();
    report('R11', {
      sent: all.length,
      handed: handed - before.handed,
      'shed for age': shed.age,
      'shed by CoDel': shed.codel,
      'longest wait for a worker ms': ageMs.max ?? 0,
    });
    expect(tally(all.map(({ status, errorCode }) => status ?? errorCode))).toEqual(
      new Map([[200, all.length]]),
    );
  });
});
