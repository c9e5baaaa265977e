import { describe, expect, it } from 'vitest';

import { requestText } from '../../support/raw-connection.ts';
import { recordsOf, view } from '../../support/stream-viewer.ts';
import { PATIENT, startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { untilReporting } from '../reports/start-reporting-group.ts';
import { metaUrl } from './pages-of-group.ts';

interface Ended {
  route: string;
  status: number;
}

describe('Live streams of a group', () => {
  it('have the records of all workers, outlive a worker that is killed, and end with the group.', async () => {
    const group = await startGroup({
      app: 'logging.app',
      options: { workers: 2, acceptQueue: PATIENT, drain: { idleGraceMs: 100 } },
    });
    await untilReporting(group, 2);
    const path = '/api/v1/requests?follow=1';
    const viewer = await view(metaUrl(group), path);
    expect(viewer.status).toBe(200);
    const workersSeen = async (count: number): Promise<number[]> =>
      until(`requests of ${count} workers`, async () => {
        group.connect().send(requestText('/block/1'));
        await group.get('/block/1');
        const seen = viewer.events().flatMap((one) => (one.type === 'record' ? one.worker : []));
        const workers = [...new Set(seen)];
        return workers.length >= count && workers;
      });
    const before = (await group.untilAllReady()).map(({ id }) => id);
    expect(new Set(await workersSeen(2))).toEqual(new Set(before));
    const [record] = recordsOf(viewer) as Ended[];
    expect(record).toMatchObject({ route: expect.any(String), status: expect.any(Number) });

    const [one] = await group.untilAllReady();
    process.kill(one?.pid ?? 0, 'SIGKILL');
    await group.untilWorker(0, 'is another one', ({ id, state }) => {
      return id !== one?.id && state === 'READY';
    });
    const after = await workersSeen(3);
    expect(after.length).toBe(3);
    expect(viewer.hasEnded()).toBe(false);

    group.signal('SIGTERM');
    await until('the end', viewer.hasEnded);
    expect(viewer.events().at(-1)).toEqual({ type: 'end', reason: 'shutdown' });
    await group.exited;
  });
});
