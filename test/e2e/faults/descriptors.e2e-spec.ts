import { execFileSync } from 'node:child_process';

import { describe, expect, it } from 'vitest';

import { flood, report, tally } from '../../support/load.ts';
import { openDescriptors } from '../../support/processes.ts';
import { requestText } from '../../support/raw-connection.ts';
import { accountOf, PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

describe('Descriptors', () => {
  it('F11 A primary that runs out of descriptors answers or closes every connection and serves again afterwards.', async () => {
    const maxDescriptors = 128;
    const total = 600;
    const group = await startGroup({
      app: 'lab.app',
      maxDescriptors,
      options: { workers: 2, acceptQueue: { ...PATIENT, maxQueue: 10_000, maxWaitMs: 1_000 } },
    });
    await group.freezeAll(4_000);

    const all = await flood({ total, atOnce: total }, () => group.get('/lab/who'));

    const outcomes = tally(all.map(({ status, errorCode }) => status ?? errorCode ?? 'closed'));
    report('F11', { limit: maxDescriptors, sent: total, outcomes: JSON.stringify([...outcomes]) });
    expect(outcomes.get('TIMEOUT')).toBeUndefined();
    expect(outcomes.get(503)).toBeGreaterThan(0);
    await group.untilAllReady();
    await expectServed(group, 50);
    const queue = await group.untilQueue(
      'settled',
      ({ length, pending }) => length + pending === 0,
    );
    expect(accountOf(queue)).toBe(queue.accepted);
  });

  it('A primary that meets the end of its descriptors closes what it can not take and serves again.', async () => {
    const total = 400;
    const group = await startGroup({
      app: 'lab.app',
      maxDescriptors: 1_024,
      options: { acceptQueue: PATIENT },
    });
    // Lower than what it reckons with since it started.
    const limit = openDescriptors(group.pid) + 20;
    execFileSync('prlimit', [`--pid=${group.pid}`, `--nofile=${limit}:1024`]);
    await group.freezeAll(3_000);

    const all = await flood({ total, atOnce: total }, () => group.get('/lab/who'));

    const outcomes = tally(all.map(({ status, errorCode }) => status ?? errorCode ?? 'closed'));
    report('Past the limit', { limit, sent: total, outcomes: JSON.stringify([...outcomes]) });
    expect(outcomes.get('TIMEOUT')).toBeUndefined();
    await group.untilAllReady();
    await expectServed(group, 50);
  });

  it('Workers that would run out of descriptors close idle connections and go on serving.', async () => {
    const group = await startGroup({
      app: 'lab.app',
      maxDescriptors: 128,
      options: { acceptQueue: PATIENT },
    });
    const pids = await group.pids();

    const all = Array.from({ length: 400 }, () => {
      return group.connect().send(requestText('/lab/who', 'keep-alive'));
    });
    await until('all answered or closed', () => {
      return all.every(({ text, isClosed }) => isClosed || text.endsWith('}'));
    });

    const served = all.filter(({ text }) => text.startsWith('HTTP/1.1 200')).length;
    report('Idle flood', { sent: all.length, served });
    // The rest was told that there is no room, and nobody was cut.
    expect(all.filter(({ text }) => !/^HTTP\/1\.1 (200|503) /.test(text))).toEqual([]);
    expect(served).toBeGreaterThan(0);
    expect((await group.get('/lab/who')).status).toBe(200);
    expect(await group.pids()).toEqual(pids);
  });
});

/** Nobody is refused any more. */
async function expectServed(group: TestGroup, total: number): Promise<void> {
  const answers = await flood({ total, atOnce: 5 }, () => group.get('/lab/who'));
  expect(tally(answers.map(({ status }) => status))).toEqual(new Map([[200, total]]));
}
