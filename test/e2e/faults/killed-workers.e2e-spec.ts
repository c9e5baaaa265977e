import { describe, expect, it } from 'vitest';

import { flood, report, tally } from '../../support/load.ts';
import { openDescriptors } from '../../support/processes.ts';
import {
  accountOf,
  type LiveWorker,
  PATIENT,
  startGroup,
  type TestGroup,
  USED_TRANSPORT,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

describe('Killed workers', () => {
  it('F2 A connection on its way to a worker that is killed is served by another worker, and nothing leaks.', async () => {
    const workers = 10;
    const rounds = 20;
    const group = await startGroup({
      app: 'bare.app',
      // The connection must go to the stopped worker, and be its own still when that is killed.
      options: {
        workers,
        acceptQueue: { claimTimeoutMs: 10_000, maxWaitMs: 10_000 },
        supervision: { stalledAfterMs: 8_000 },
      },
    });
    const descriptors = await settledDescriptors(group);

    for (let round = 0; round < rounds; round++) {
      // oxlint-disable-next-line no-await-in-loop -- rounds follow one another
      await killWithUnclaimed(group, round % workers);
      // oxlint-disable-next-line no-await-in-loop -- rounds follow one another
      await until(
        `descriptors back at ${descriptors}`,
        () => openDescriptors(group.pid) <= descriptors,
      );
    }

    const queue = await group.queue();
    report('F2', {
      rounds,
      'descriptors before': descriptors,
      'descriptors after': openDescriptors(group.pid),
      accepted: queue.accepted,
      handed: queue.handed,
    });
    expect(queue).toMatchObject({ accepted: workers * rounds, handed: workers * rounds });
    expect(accountOf(queue)).toBe(queue.accepted);
  });

  it('Workers that are killed at random under load lose only the requests inside them.', async () => {
    const kills = 6;
    const atOnce = 8;
    const group = await startGroup({
      app: 'lab.app',
      options: { workers: 4, acceptQueue: PATIENT },
    });
    const descriptors = await settledDescriptors(group);

    const killing = killOneByOne(group, kills, atOnce);
    const all = await flood({ total: 1_500, atOnce }, () => group.get('/lab/sleep?ms=20'));
    await killing;
    await group.untilAllReady();

    const outcomes = tally(all.map(({ status, errorCode }) => status ?? errorCode ?? 'closed'));
    const lost = all.length - (outcomes.get(200) ?? 0);
    const queue = await group.untilQueue(
      'settled',
      ({ pending, length }) => pending + length === 0,
    );
    report('Random kills', { sent: all.length, lost, accepted: queue.accepted });
    // Load is spread, so a worker never holds more than half of what is under way.
    expect(lost).toBeLessThanOrEqual((kills * atOnce) / 2);
    expect([...outcomes.keys()].filter((outcome) => outcome === 503)).toEqual([]);
    expect(queue.accepted).toBe(all.length);
    expect(accountOf(queue)).toBe(queue.accepted);
    await until('descriptors as before', () => openDescriptors(group.pid) <= descriptors);
  });
});

/** Stops a worker, lets a connection be sent to it, and kills it before it has claimed that. */
async function killWithUnclaimed(group: TestGroup, slot: number): Promise<void> {
  const workers = await group.untilAllReady();
  await group.untilWorkers('idle', ({ inFlight, connections }) => inFlight + connections === 0);
  const victim = workers.find((worker) => worker.slot === slot);
  if (victim === undefined) throw new Error(`no worker in place ${slot}`);
  const { handed } = await group.queue();
  process.kill(victim.pid, 'SIGSTOP');
  // As many as there are workers: each gets one, because the least loaded one is next.
  const exchanges = workers.map(() => group.get('/'));
  // Workers that accept by themselves hold nothing that they have not taken.
  if (USED_TRANSPORT === 'ipc') {
    await group.untilQueue(
      'with one unclaimed connection',
      (queue) => queue.handed === handed + workers.length - 1 && queue.pending === 1,
    );
  }
  process.kill(victim.pid, 'SIGKILL');
  for (const { status, body } of await Promise.all(exchanges)) {
    expect({ status, isFromVictim: body === String(victim.pid) }).toEqual({
      status: 200,
      isFromVictim: false,
    });
  }
  await group.untilWorker(
    slot,
    'replaced',
    ({ pid, state }) => pid !== victim.pid && state === 'READY',
  );
}

/** Kills READY workers, one after another, whichever comes up. */
async function killOneByOne(group: TestGroup, kills: number, atOnce: number): Promise<void> {
  for (let count = 0; count < kills; count++) {
    // oxlint-disable-next-line no-await-in-loop -- one kill after another
    const { pid } = await someReadyWorker(group, atOnce / 2);
    process.kill(pid, 'SIGKILL');
    // oxlint-disable-next-line no-await-in-loop -- one kill after another
    await until('the kill is noticed', async () => !(await group.pids()).includes(pid));
  }
}

/** One of several, once the load has been spread: just after a start one may hold nearly all. */
function someReadyWorker(group: TestGroup, mostInFlight: number): Promise<LiveWorker> {
  return until('two READY workers', async () => {
    const ready = (await group.workers()).filter(
      (one): one is LiveWorker => one.state === 'READY' && one.pid !== null,
    );
    const some = ready[Math.floor(Math.random() * ready.length)];
    return ready.length >= 2 && some !== undefined && some.inFlight <= mostInFlight && some;
  });
}

/** The primary's descriptors while nothing is going on. */
async function settledDescriptors(group: TestGroup): Promise<number> {
  await group.untilAllReady();
  await group.untilWorkers('idle', ({ connections }) => connections === 0);
  return openDescriptors(group.pid);
}
