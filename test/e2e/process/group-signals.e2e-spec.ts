import { setTimeout as sleep } from 'node:timers/promises';

import type { GroupOptions } from 'nestjs-buttress/cluster';
import { describe, expect, it } from 'vitest';

import { steadily } from '../../support/load.ts';
import { jsonOf, outcome } from '../../support/raw-connection.ts';
import { type Exit, PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import { everyHookOnce, hooksRun, sendSlow } from './ends.ts';

const REQUESTS = 6;

describe('A signal to every process of a group', () => {
  it.each([
    ['SIGTERM', 2],
    ['SIGINT', 1],
  ] as const)(
    'R6 %s to all processes cuts no request of an application with enableShutdownHooks(), and each worker runs its hooks once, after its requests.',
    async (signal, workers) => {
      const group = await startHooked({ workers });
      const end = await endWhileServing(group, () => group.signalAll(signal));
      expect(end).toEqual(goodEnd(signal, workers));
    },
  );

  it('R6 SIGTERM that reaches the workers a moment before the primary is a signal to the group, too.', async () => {
    const group = await startHooked();
    const pids = await group.pids();
    const end = await endWhileServing(group, async () => {
      for (const pid of pids) process.kill(pid, 'SIGTERM');
      await sleep(50);
      group.signal('SIGTERM');
    });
    expect(end).toEqual(goodEnd('SIGTERM', 2));
  });

  it('R6 SIGTERM to the primary alone tells the hooks of each worker the signal.', async () => {
    const group = await startHooked();
    const end = await endWhileServing(group, () => group.signal('SIGTERM'));
    expect(end).toEqual(goodEnd('SIGTERM', 2));
  });

  it('R6 SIGTERM to all processes keeps the same workers through a lame duck: they serve every new connection, and the pages go on.', async () => {
    const lameDuckMs = 2_500;
    const group = await startHooked({ workers: 1, drain: { lameDuckMs, idleGraceMs: 100 } });
    const before = await group.untilAllReady();
    group.signalAll('SIGTERM');
    await until('the drain', () => group.log.some(({ msg }) => msg === 'draining'));
    const asking = steadily({ everyMs: 40, forMs: lameDuckMs - 1_000 }, () => group.get('/who'));
    expect((await group.page('/readyz')).status).toBe(503);
    expect((await group.page('/livez')).status).toBe(200);
    const answers = await asking;
    expect(answers.map(outcome)).toEqual(answers.map(() => 200));
    const by = new Set(answers.map((one) => (jsonOf(one) as { pid: number }).pid));
    const strangers = [...by].filter((pid) => !before.some((worker) => worker.pid === pid));
    expect(strangers).toEqual([]);
    expect(await group.untilExited()).toEqual({ code: 0, signal: null });
    expect(idsTold(group).filter((told) => !before.some(({ id }) => id === told))).toEqual([]);
    expect(group.log.filter(({ msg }) => msg === 'meta process ready')).toHaveLength(1);
  });

  it('R6 SIGTERM to one worker alone replaces it after its requests, and its hooks run once.', async () => {
    const group = await startHooked({ workers: 1 });
    const [victim] = await group.untilAllReady();
    if (victim === undefined) throw new Error('no worker');
    const requests = await sendSlow(group, REQUESTS);
    process.kill(victim.pid, 'SIGTERM');
    expect((await Promise.all(requests)).map(outcome)).toEqual(requests.map(() => 200));
    await group.untilWorker(
      victim.slot,
      'replaced',
      ({ pid, state }) => pid !== victim.pid && state === 'READY',
    );
    await until('its last hook', () => hooksRun(group.output).get(victim.pid)?.length === 3);
    expect(hooksRun(group.output)).toEqual(new Map([[victim.pid, everyHookOnce('SIGTERM')]]));
  });
});

function startHooked(options: Partial<GroupOptions> = {}): Promise<TestGroup> {
  const drain = { idleGraceMs: 100 };
  return startGroup({ app: 'hooks.app', options: { acceptQueue: PATIENT, drain, ...options } });
}

interface End {
  answers: (number | string)[];
  exit: Exit;
  /** Of each worker. */
  hooks: (string[] | undefined)[];
  newWorkers: unknown[];
}

/** Ends the group while requests are in their handlers. */
async function endWhileServing(group: TestGroup, end: () => void | Promise<void>): Promise<End> {
  const workers = await group.untilAllReady();
  const requests = await sendSlow(group, REQUESTS);
  await end();
  const answers = (await Promise.all(requests)).map(outcome);
  const exit = await group.untilExited();
  const hooks = hooksRun(group.output);
  return {
    answers,
    exit,
    hooks: workers.map(({ pid }) => hooks.get(pid)),
    newWorkers: idsTold(group).filter((told) => !workers.some(({ id }) => id === told)),
  };
}

/** All are answered, hooks run once, and nothing is started. */
function goodEnd(signal: NodeJS.Signals, workers: number): End {
  return {
    answers: Array.from({ length: REQUESTS }, () => 200),
    exit: { code: 0, signal: null },
    hooks: Array.from({ length: workers }, () => everyHookOnce(signal)),
    newWorkers: [],
  };
}

/** Every worker that the log tells of. */
function idsTold(group: TestGroup): unknown[] {
  const told = group.log.filter(({ msg }) => msg.startsWith('worker '));
  return told.flatMap(({ id }) => (id === undefined ? [] : [id]));
}
