import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { cpuTimeMs } from '../../support/processes.ts';
import { type RawConnection, requestText } from '../../support/raw-connection.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const WORKERS = 2;
const CAP = 5;

describe('Connection cap', () => {
  it('F10 At the cap the longest idle connection makes room, and with all busy a new one waits at no cost until it is refused.', async () => {
    const maxWaitMs = 3_500;
    const group = await startGroup({
      app: 'lab.app',
      options: { workers: WORKERS, maxConnectionsPerWorker: CAP, acceptQueue: { maxWaitMs } },
    });
    await expectOldestToMakeRoom(group);

    const busy = Array.from({ length: WORKERS * CAP }, () => {
      return group.connect().send(requestText('/lab/sleep?ms=15000', 'keep-alive'));
    });
    await group.untilWorkers(
      'busy on all connections',
      ({ inFlight, connections }) => inFlight === CAP && connections === CAP,
    );
    const idle = await cpuShare(group);
    const extra = group.get('/lab/who');
    await group.untilQueue('with one waiting', ({ length }) => length === 1);
    const waiting = await cpuShare(group);
    const refused = await extra;

    report('F10', {
      'primary CPU %': 100 * waiting,
      'with none waiting': 100 * idle,
      'refused after ms': refused.answeredAfterMs ?? 0,
    });
    expect(waiting - idle).toBeLessThan(0.1);
    expect(refused.status).toBe(503);
    expect(refused.answeredAfterMs).toBeLessThan(maxWaitMs + 2_000);
    expect(busy.filter(({ isClosed }) => isClosed)).toEqual([]);
  });
});

/** Processor time of the primary, which wakes for other things too, as a share of a core. */
async function cpuShare({ pid }: TestGroup): Promise<number> {
  const spanMs = 2_000;
  const before = cpuTimeMs(pid);
  await sleep(spanMs);
  return (cpuTimeMs(pid) - before) / spanMs;
}

/** Opens more idle connections than fit: all are served, and those of each worker end in order. */
async function expectOldestToMakeRoom(group: TestGroup): Promise<void> {
  const idle: { connection: RawConnection; pid: number }[] = [];
  for (let count = 0; count < 2 * WORKERS * CAP; count++) {
    // oxlint-disable-next-line no-await-in-loop -- they become idle one after another
    idle.push(await idleConnection(group));
  }
  await group.untilWorkers('below the cap', ({ connections }) => connections < CAP);

  for (const { pid } of await group.untilAllReady()) {
    const open = idle
      .filter((one) => one.pid === pid)
      .map(({ connection }) => !connection.isClosed);
    expect(open.length).toBeGreaterThanOrEqual(CAP);
    expect(open).toEqual(open.map((_, place) => place > open.length - CAP));
  }
  for (const { connection } of idle) connection.abandon();
  await group.untilWorkers('without connections', ({ connections }) => connections === 0);
}

async function idleConnection(
  group: TestGroup,
): Promise<{ connection: RawConnection; pid: number }> {
  const connection = group.connect().send(requestText('/lab/who', 'keep-alive'));
  const pid = await until('an answer', () => /"pid":(\d+)/.exec(connection.text)?.[1], {
    withinMs: 5_000,
  });
  return { connection, pid: Number(pid) };
}
