import { describe, expect, it } from 'vitest';

import type { ScalingSnapshot } from '../../../lib/cluster/scaling/scaling.ts';
import type { WorkerSnapshot } from '../../../lib/cluster/supervision/workers-snapshot.ts';
import { type Clients, startClients, startMixedClients } from '../../support/kept-clients.ts';
import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import { isAlive } from '../../support/processes.ts';
import { runOperation } from '../../support/run-operation.ts';
import {
  type LogRecord,
  PATIENT,
  startGroup,
  survivors,
  type TestGroup,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const CHANGES = IS_LONG ? 200 : 20;

/** Numbers of workers, one after another: each step from each number to each other one. */
const NUMBERS = [4, 1, 2, 4, 3, 1, 3, 4, 2, 1, 4, 3, 2, 3, 1, 2];

/** Busy loops without processor time: the clients of a spike ask for two, which need three workers. */
const SPIKE = { path: '/lab/freeze?ms=40', clients: 6, keepAlive: false, restMs: 80 };
const NEEDED = 3;

/** A busy machine starts workers slowly. */
const WAITING = { timeout: 300_000 };

function start(options: Parameters<typeof startGroup>[0]['options']): Promise<TestGroup> {
  return startGroup({
    app: 'lab.app',
    options: {
      workers: { min: 1, max: 4 },
      meta: { port: 0, allow: ['scale', 'take-out'] },
      acceptQueue: PATIENT,
      drain: { idleGraceMs: 5_000 },
      ...options,
    },
  });
}

/** Orders a number of workers and waits until all of them are READY, and no other one has a slot. */
async function scale(group: TestGroup, workers: number): Promise<void> {
  expect(await runOperation(group, 'scale', { workers })).toMatchObject({ state: 'DONE' });
  await untilWorkers(group, workers);
}

function untilWorkers(group: TestGroup, count: number): Promise<WorkerSnapshot[]> {
  return until(
    `${count} READY workers`,
    async () => {
      const all = await group.workers();
      return all.length === count && all.every(({ state }) => state === 'READY') && all;
    },
    { withinMs: 120_000, everyMs: 50 },
  );
}

/** Waits until those that were not needed have ended. */
function untilDrained(group: TestGroup): Promise<true> {
  const look = async (): Promise<boolean> => {
    return (await group.everyWorker()).every(({ part }) => part === 'current');
  };
  return until<true>('no worker that drains', look, { withinMs: 120_000, everyMs: 50 });
}

function scalingOf(group: TestGroup): Promise<ScalingSnapshot> {
  return group.read<ScalingSnapshot>('/api/v1/scaling');
}

/** Records of changes, oldest first. */
function changesOf(group: TestGroup): LogRecord[] {
  return group.log.filter(({ msg }) => msg === 'workers scaled');
}

function figureOf(metrics: string, series: string): number {
  const line = metrics.split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.split(' ')[1] ?? Number.NaN);
}

describe('A group that is scaled', () => {
  it(
    'loses no request from one number of workers to the next, with keep-alive and without',
    { timeout: IS_LONG ? 3_600_000 : 600_000 },
    async () => {
      const group = await start({});
      const [first] = await group.pids();
      const clients = startMixedClients({
        port: group.port,
        path: '/lab/sleep?ms=5',
        clients: 6,
        restMs: 2,
      });
      for (let count = 0; count < CHANGES; count++) {
        // oxlint-disable-next-line no-await-in-loop -- one change after another
        await scale(group, NUMBERS[count % NUMBERS.length] ?? 1);
      }
      for (const [kind, tally] of Object.entries(await clients.stop())) {
        const { sent, failures, longestMs } = tally;
        report('Scaling', {
          clients: kind,
          changes: CHANGES,
          sent,
          failed: failures.length,
          'limit of failed': 0,
          'longest ms': longestMs,
        });
        expect(failures).toEqual([]);
        expect(sent).toBeGreaterThan(50 * CHANGES);
      }
      // Slot 0 stays, and what left it is no failure.
      expect(await group.pids()).toContain(first);
      const ends = group.log.filter(({ msg }) => msg === 'worker ended');
      expect(ends.filter(({ level }) => level > 30)).toEqual([]);
      expect(changesOf(group)).toHaveLength(CHANGES);
    },
  );

  it(
    'serves a spike with workers that it starts within seconds, and gives their memory back',
    WAITING,
    async () => {
      const quick = { windowMs: 2_000, downAfterMs: 8_000, coolDownMs: 500 };
      const group = await start({
        workers: { min: 1, max: 4, ...quick },
        // Waits count as usual, and a busy machine alone makes none be refused.
        acceptQueue: { maxWaitMs: 20_000, intervalMs: 1_500 },
      });
      const [first] = await group.untilAllReady();
      const began = Date.now();
      const spike = (): Clients => startClients({ port: group.port, ...SPIKE });
      const early = spike();
      const change = await until('a change', () => changesOf(group)[0], { withinMs: 60_000 });
      const all = await until(
        'as many workers as the spike needs',
        async () => {
          const ready = (await group.workers()).filter(({ state }) => state === 'READY');
          return ready.length >= NEEDED && ready;
        },
        { withinMs: 120_000 },
      );
      const readyAt = Date.now();
      const pids = all.flatMap(({ pid }) => pid ?? []);
      await early.stop();
      const late = spike();
      await until('enough requests', () => late.sent >= 300, { withinMs: 60_000 });
      const { sent, failures } = await late.stop();
      report('Scaling', {
        'change after ms': Number(change['time']) - began,
        'all READY after ms': readyAt - began,
        workers: all.length,
        sent,
        'refused once all are READY': failures.length,
        'limit of refused': 0.02 * sent,
      });
      expect(change).toMatchObject({ from: 1, by: null });
      expect(['shed', 'queue', 'utilization']).toContain(change['cause']);
      // On a busy machine a loop may stand longer than the queue accepts.
      expect(failures.length).toBeLessThanOrEqual(0.02 * sent);

      await untilWorkers(group, 1);
      await untilDrained(group);
      const extra = pids.filter((pid) => pid !== first?.pid);
      expect(extra.length).toBeGreaterThanOrEqual(1);
      await until('their end', () => survivors(extra).length === 0);
      const down = changesOf(group).filter(({ from, to }) => Number(to) < Number(from));
      expect(new Set(down.map(({ cause }) => cause))).toEqual(new Set(['idle']));

      const metrics = (await group.page('/metrics')).body;
      const last = Number(change['to']) - 1;
      expect(figureOf(metrics, 'buttress_workers_wanted')).toBe(1);
      const up = `buttress_scaling_total{direction="up",cause="${String(change['cause'])}"}`;
      expect(figureOf(metrics, up)).toBeGreaterThanOrEqual(1);
      // What was counted of a slot that is not needed any more stays.
      const ended = `buttress_worker_exits_total{slot="${last}",cause="planned"}`;
      expect(figureOf(metrics, ended)).toBeGreaterThanOrEqual(1);
      const journal = await group.read<{ kind: string; text: string }[]>('/api/v1/journal');
      expect(journal).toContainEqual(
        expect.objectContaining({ kind: 'scaling', text: expect.stringMatching(/^Workers 1 → /) }),
      );
    },
  );

  it('keeps its number during a reload, and carries an order out after it', WAITING, async () => {
    const group = await start({ workers: 2, reload: { canaryMs: 2_000 } });
    const before = await group.pids();
    group.signal('SIGHUP');
    await until('the reload', () => group.log.some(({ msg }) => msg === 'reloading'));
    expect(await runOperation(group, 'scale', { workers: 3 })).toMatchObject({ state: 'DONE' });
    expect(await scalingOf(group)).toMatchObject({
      wanted: 3,
      follows: 'order',
      heldBy: 'a reload is under way',
    });
    expect(changesOf(group)).toEqual([]);
    const after = new Set((await untilWorkers(group, 3)).map(({ pid }) => pid));
    const [reloaded, scaled] = ['reloaded', 'workers scaled'].map((msg) => {
      return group.log.findIndex((record) => record.msg === msg);
    });
    expect(reloaded).toBeGreaterThan(-1);
    expect(scaled).toBeGreaterThan(reloaded ?? Infinity);
    expect(before.filter((pid) => after.has(pid))).toEqual([]);
  });

  it('refuses what it can not have, with the reason', WAITING, async () => {
    const group = await start({
      workers: 2,
      supervision: { quorum: 2 },
      drain: { lameDuckMs: 60_000 },
    });
    const refusalOf = async (workers: number): Promise<string | undefined> => {
      return (await runOperation(group, 'scale', { workers })).error;
    };
    expect(await refusalOf(1)).toContain('workers must be a whole number from 2 to 4. Received 1.');
    expect(await refusalOf(9)).toContain('workers must be a whole number from 2 to 4. Received 9.');
    await scale(group, 3);
    const out = (await group.workers()).at(-1)?.id;
    await runOperation(group, 'take-out', { worker: out });
    expect(await refusalOf(2)).toContain(`worker ${out} in slot 2 is out: put it back first`);
    group.signal('SIGTERM');
    await until('the drain', () => group.log.some(({ msg }) => msg === 'draining'));
    expect(await refusalOf(4)).toContain('the group ends');
  });

  it.skipIf(process.platform !== 'linux')(
    'has the same number after an upgrade, until it is as configured again',
    WAITING,
    async () => {
      const group = await start({ workers: 2 });
      await scale(group, 3);
      group.signal('SIGUSR2');
      await until('the end of the old primary', () => !isAlive(group.pid), { withinMs: 120_000 });
      await untilWorkers(group, 3);
      expect(await scalingOf(group)).toMatchObject({ wanted: 3, follows: 'order', history: [] });
      expect(await runOperation(group, 'scale', {})).toMatchObject({ state: 'DONE' });
      await untilWorkers(group, 2);
      expect((await scalingOf(group)).follows).toBe('configuration');
    },
  );
});
