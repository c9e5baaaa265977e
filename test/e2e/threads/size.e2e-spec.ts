import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

import type { PoolSnapshot, ThreadsSnapshot } from '../../../lib/threads/threads-runtime.ts';
import { osThreads } from '../../support/os-threads.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';
import {
  inRequest,
  rejectionOf,
  sharedCells,
  startWork,
  work,
  type WorkApp,
} from '../../support/work-app.ts';

const { Context } = work;

/** Pools as they are by default, small. */
const LAZY = { cpu: { threads: 1 }, io: { threads: 1 } };

/** Threads that end soon when they are idle. */
const BRIEF = { cpu: { threads: 1, idleMs: 50 }, io: { threads: 1, idleMs: 50 } };

const FAULTY = new URL('../../fixtures/dist/threads/faulty.module.js', import.meta.url);

function poolOf({ app }: WorkApp, name = 'cpu'): PoolSnapshot {
  const { pools } = app.get(work.AppContext).reports.read('threads') as ThreadsSnapshot;
  const pool = pools.find((one) => one.name === name);
  if (pool === undefined) throw new Error(`There is no pool "${name}"`);
  return pool;
}

/** Data of a statistic: of the pool `cpu`, or the only one. */
function figureOf({ app }: WorkApp, name: string): { count?: number; total?: number } {
  const statistics = app.get(work.AppContext).stats.snapshot();
  const series = statistics.find((statistic) => statistic.name === name)?.series ?? [];
  const own = series.find(({ labels }) => (labels['pool'] ?? 'cpu') === 'cpu');
  return (own?.data ?? {}) as { count?: number; total?: number };
}

describe('a thread that no call needs', () => {
  it('T29: is not there before the first call, which waits for its boot', async () => {
    // What Node starts with the first of its threads is there then.
    await (await startWork()).app.close();
    const before = osThreads();
    const bootsBefore = figureOf(await startWork(LAZY), 'buttress.threads.boot').count ?? 0;
    const started = await startWork(LAZY);
    expect(poolOf(started)).toMatchObject({ size: 1, minThreads: 0, threads: [], ready: 0 });
    expect(poolOf(started).boots).toMatchObject({ booted: 0, waits: 0, lastMs: null });
    expect(osThreads()).toBe(before);
    const steps = await Context.run({}, async ({ timings }) => {
      const call = started.cpu.where();
      expect(poolOf(started)).toMatchObject({ booting: 1, waiting: 1, ready: 0 });
      expect((await call).inThread).toBe(true);
      return timings.steps;
    });
    const [boot, whole] = steps;
    expect([boot?.name, whole?.name]).toEqual(['thread boot', 'thread CpuWork.where']);
    expect(boot?.ms).toBeGreaterThan(0);
    expect(boot?.ms).toBeLessThanOrEqual(whole?.ms ?? 0);
    const { boots, ready, booting } = poolOf(started);
    expect({ ready, booting, ...boots }).toMatchObject({
      ready: 1,
      booting: 0,
      booted: 1,
      waits: 1,
    });
    expect(boots.lastMs).toBeGreaterThan(0);
    expect(boots.longestWaitMs).toBe(boot?.ms);
    expect(figureOf(started, 'buttress.threads.boot').count).toBe(bootsBefore + 1);
    await started.cpu.where();
    expect(poolOf(started).boots).toEqual(boots);
    expect(poolOf(started, 'io').threads).toEqual([]);
  });

  it('T29: is one for several first calls', async () => {
    const started = await startWork(LAZY);
    const places = await Promise.all([started.cpu.where(), started.cpu.where()]);
    expect(new Set(places.map(({ threadId }) => threadId)).size).toBe(1);
    expect(poolOf(started).boots).toMatchObject({ booted: 1, waits: 2 });
  });

  it('T29: comes when calls wait for one that is busy', async () => {
    const started = await startWork({ cpu: { minThreads: 1, threads: 2 } });
    const { memory } = sharedCells();
    const { result, abort } = inRequest(() => started.cpu.politely(600_000, memory));
    expect((await started.cpu.where()).inThread).toBe(true);
    expect(poolOf(started)).toMatchObject({ ready: 2, busy: 1 });
    // No thread booted for this call alone: it waited for any.
    expect(poolOf(started).boots).toMatchObject({ booted: 2, waits: 0 });
    abort();
    expect(await rejectionOf(result)).toMatchObject({ reason: 'client-gone' });
  });

  it('T29: takes a call where none may wait', async () => {
    const { cpu } = await startWork({ cpu: { threads: 1, maxQueue: 0 } });
    const calls = await Promise.allSettled([cpu.where(), cpu.where()]);
    expect(calls.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('T15: fails calls with the reason when it can not boot, and is tried again', async () => {
    const started = await startWork({ ...LAZY, module: FAULTY, moduleExport: 'BrokenModule' });
    const error = await rejectionOf(started.cpu.where());
    expect(error).toBeInstanceOf(work.ThreadContextBootError);
    expect((error as Error).message).toContain('no such table');
    await until('another thread is tried', () => poolOf(started).booting === 1);
  });

  it('T15: fails the start when the file of its module is not there', async () => {
    const module = new URL('./absent.js', FAULTY);
    const error = await rejectionOf(startWork({ ...LAZY, mode: 'threads', module }));
    expect(error).toBeInstanceOf(work.ThreadContextBootError);
    expect((error as Error).message).toContain('absent.js does not exist');
  });
});

describe('a thread that was idle for long', () => {
  it('T30: ends with its hooks, and what it counted stays', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'threads-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    vi.stubEnv('HOOKS_DIRECTORY', directory);
    onTestFinished(() => void vi.unstubAllEnvs());
    const started = await startWork(BRIEF);
    const counted = (): number => figureOf(started, 'test.in_threads').total ?? 0;
    const before = counted();
    const totals: number[] = [];
    for (let round = 1; round <= 3; round++) {
      // oxlint-disable-next-line no-await-in-loop -- rounds follow each other
      await Context.run({}, () => started.inContext.present());
      // oxlint-disable-next-line no-await-in-loop -- likewise
      await until('its end', () => {
        totals.push(counted());
        return poolOf(started).threads.length === 0;
      });
      expect(counted()).toBe(before + round);
      expect(poolOf(started)).toMatchObject({ ready: 0, busy: 0, boots: { idled: round } });
      expect(readdirSync(directory).filter((name) => name.startsWith('shutdown'))).toHaveLength(
        round,
      );
    }
    expect(totals).toEqual(totals.toSorted((a, b) => a - b));
  });

  it('T30: leaves those that its pool always has', async () => {
    const started = await startWork({ cpu: { minThreads: 1, threads: 2, idleMs: 50 } });
    await Promise.all([started.cpu.spin(400), started.cpu.spin(400)]);
    // The second call waited, even where it ran in the first thread before another had booted.
    await until('a second thread', () => poolOf(started).boots.booted === 2);
    await until('one ended', () => poolOf(started).threads.length === 1);
    expect(poolOf(started)).toMatchObject({ ready: 1, boots: { booted: 2, idled: 1 } });
    expect((await started.cpu.where()).inThread).toBe(true);
    expect(poolOf(started).boots.booted).toBe(2);
  });
});

describe('an application whose pools are empty', () => {
  it.each([
    ['before any call', LAZY, false],
    ['after their threads ended', BRIEF, true],
  ] as const)('T31: ends %s, and refuses calls then', async (_when, options, hasCalled) => {
    const started = await startWork(options);
    if (hasCalled) {
      await started.cpu.where();
      await until('its end', () => poolOf(started).threads.length === 0);
    }
    await started.app.close();
    expect(await rejectionOf(started.cpu.where())).toMatchObject({ reason: 'shutdown' });
  });

  it('T31: is reloaded and drained in a group', async () => {
    const group = await startGroup({ app: 'native.app', options: { workers: 1 } });
    const [before] = await group.untilAllReady();
    group.signal('SIGHUP');
    const isReplaced = async (): Promise<boolean> => {
      const [after] = await group.untilAllReady();
      return after?.pid !== before?.pid;
    };
    await until('another worker', isReplaced, { withinMs: 120_000 });
    group.signal('SIGTERM');
    expect(await group.exited).toEqual({ code: 0, signal: null });
  });
});
