import { close as closeInspector, open as openInspector } from 'node:inspector';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { threadId } from 'node:worker_threads';

import { describe, expect, it, onTestFinished } from 'vitest';

import type { ThreadsSnapshot } from '../../../lib/threads/threads-runtime.ts';
import { osThreads } from '../../support/os-threads.ts';
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

function countsOf({ app }: WorkApp, id: string): object {
  const { methods } = app.get(work.AppContext).reports.read('threads') as ThreadsSnapshot;
  return methods.find((method) => method.id === id)?.calls ?? {};
}

function poolOf(
  { app }: WorkApp,
  name: string,
): { abandoned: number; busy: number; ready: number } {
  const { pools } = app.get(work.AppContext).reports.read('threads') as {
    pools: { name: string; abandoned: number; busy: number; ready: number }[];
  };
  const pool = pools.find((one) => one.name === name);
  if (pool === undefined) throw new Error(`There is no pool "${name}"`);
  return pool;
}

describe('a queue of calls', () => {
  it('T4: refuses what it has no room for at once, and none of that ever runs', async () => {
    const started = await startWork({ cpu: { threads: 1, maxQueue: 3 } });
    const { memory, cells } = sharedCells();
    const calls = Array.from({ length: 100 }, () => inRequest(() => started.cpu.spin(30, memory)));
    const outcomes = await Promise.allSettled(calls.map(({ result }) => result));
    const errors = outcomes.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(errors).toHaveLength(96);
    for (const error of errors) {
      expect(error).toBeInstanceOf(work.ThreadPoolBusyError);
      expect(error).toMatchObject({ statusCode: 503, code: 'ERR_BUTTRESS_THREADS_BUSY' });
      expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThanOrEqual(1_000);
    }
    expect(Atomics.load(cells, 0)).toBe(4);
    expect(countsOf(started, 'CpuWork.spin')).toMatchObject({
      completed: 4,
      refused: { queue: 96, deadline: 0 },
    });
  });

  it('T5: never runs what was abandoned while it waited', async () => {
    const started = await startWork({ cpu: { threads: 1, maxQueue: 10 } });
    const { memory, cells } = sharedCells();
    const first = started.cpu.spin(100, memory);
    const waiting = Array.from({ length: 5 }, () => inRequest(() => started.cpu.spin(1, memory)));
    for (const { abort } of waiting) abort();
    for (const { result } of waiting) {
      // oxlint-disable-next-line no-await-in-loop -- they were rejected together
      expect(await rejectionOf(result)).toMatchObject({ reason: 'client-gone' });
    }
    await first;
    await started.cpu.where();
    expect(Atomics.load(cells, 0)).toBe(1);
    expect(countsOf(started, 'CpuWork.spin')).toMatchObject({
      cancelled: { queued: 5, running: 0 },
      completed: 1,
    });
  });

  it('T9: refuses what would be too late, and runs nothing whose deadline passed', async () => {
    const started = await startWork({ cpu: { threads: 1, maxQueue: 100 } });
    const { memory, cells } = sharedCells();
    await started.cpu.spin(100, memory);
    const first = started.cpu.spin(100, memory);
    const tooLate = Context.run({ deadlineMs: 20 }, () => started.cpu.spin(1, memory));
    expect(await rejectionOf(tooLate)).toMatchObject({ code: 'ERR_BUTTRESS_THREADS_BUSY' });
    expect(countsOf(started, 'CpuWork.spin')).toMatchObject({ refused: { deadline: 1 } });
    await first;
    expect(Atomics.load(cells, 0)).toBe(2);
  });

  it('T9: runs nothing whose time was up before, though a thread is free', async () => {
    const started = await startWork();
    const { memory, cells } = sharedCells();
    const late = Context.run({ deadlineMs: 5 }, (context) => {
      // Nothing turns here meanwhile, so nobody has noticed yet.
      while (context.remainingMs > 0);
      return started.cpu.spin(1, memory);
    });
    expect(await rejectionOf(late)).toMatchObject({ reason: 'deadline' });
    await started.cpu.where();
    expect(Atomics.load(cells, 0)).toBe(0);
  });

  it('T9: lets a call that waits go when its time is up', async () => {
    const started = await startWork({ cpu: { threads: 1, maxQueue: 100 } });
    const { memory, cells } = sharedCells();
    // Nothing is known of how long calls take, so it may wait.
    const first = started.cpu.spin(300, memory);
    const late = Context.run({ deadlineMs: 50 }, () => started.cpu.spin(1, memory));
    expect(await rejectionOf(late)).toMatchObject({ reason: 'deadline' });
    await first;
    await started.cpu.where();
    expect(Atomics.load(cells, 0)).toBe(1);
  });
});

describe('an abandoned call', () => {
  it('R28 keeps its thread while the inspector is open: a debugger may hold it', async () => {
    const started = await startWork({ cpu: { threads: 1, graceMs: 10 } });
    openInspector(0, '127.0.0.1');
    onTestFinished(() => closeInspector());
    const { threadId: before } = await started.cpu.where();
    const { memory, cells } = sharedCells();
    const { result, abort } = inRequest(() => started.cpu.spin(300, memory));
    await until('its start', () => Atomics.load(cells, 0) === 1);
    abort();
    expect(await rejectionOf(result)).toMatchObject({ reason: 'client-gone' });
    expect((await started.cpu.where()).threadId).toBe(before);
  });

  it('T6: loses its thread when it goes on, and the next one has another', async () => {
    const started = await startWork();
    const { threadId: spinning } = await started.cpu.where();
    const { memory, cells } = sharedCells();
    const { result, abort } = inRequest(() => started.cpu.spin(600_000, memory));
    await until('it runs', () => Atomics.load(cells, 0) === 1);
    abort();
    expect(await rejectionOf(result)).toMatchObject({ reason: 'client-gone' });
    const next = await started.cpu.where();
    expect(next.inThread).toBe(true);
    expect(next.threadId).not.toBe(spinning);
    expect(countsOf(started, 'CpuWork.spin')).toMatchObject({ cancelled: { running: 1 } });
  });

  it('T7: keeps its thread when it looks whether anybody waits', async () => {
    const started = await startWork({ cpu: { threads: 1, graceMs: 20_000 } });
    const { memory, cells } = sharedCells();
    const { result, abort } = inRequest(() => started.cpu.politely(60_000, memory));
    const thread = await until('it runs', () => Atomics.load(cells, 0) || undefined);
    abort();
    expect(await rejectionOf(result)).toMatchObject({ reason: 'client-gone' });
    await until('it has stopped', () => Atomics.load(cells, 1) === thread);
    expect((await started.cpu.where()).threadId).toBe(thread);
  });

  it('T8: keeps its thread of an io pool until it is really done', async () => {
    const started = await startWork();
    const thread = await started.io.where();
    const { result, abort } = inRequest(() => started.io.block(500));
    await until('it runs', () => poolOf(started, 'io').busy === 1);
    abort();
    expect(await rejectionOf(result)).toMatchObject({ reason: 'client-gone' });
    expect(poolOf(started, 'io')).toMatchObject({ abandoned: 1, busy: 1 });
    // Waits for the same thread: there is no other, and none comes.
    expect(await started.io.where()).toBe(thread);
    expect(poolOf(started, 'io')).toMatchObject({ abandoned: 0, ready: 1 });
  });

  it('T8: hears of it when its own loop turns', async () => {
    const started = await startWork();
    const thread = await started.io.where();
    const { result, abort } = inRequest(() => started.io.untilAborted());
    await until('it runs', () => poolOf(started, 'io').busy === 1);
    abort();
    await rejectionOf(result);
    expect(await started.io.where()).toBe(thread);
  });

  it('is ended at once where its method says so, when it took longer than it may', async () => {
    const started = await startWork();
    const before = (await started.cpu.where()).threadId;
    const error = await rejectionOf(started.cpu.limited(60_000));
    expect(error).toBeInstanceOf(work.ThreadTimeoutError);
    expect((await started.cpu.where()).threadId).not.toBe(before);
    expect(await started.cpu.limited(1)).not.toBe(threadId);
  });
});

describe('a deadline', () => {
  it('T10: is seen by a synchronous loop while the main thread is deaf', async () => {
    const { cpu } = await startWork({ cpu: { minThreads: 1, threads: 1, graceMs: 20_000 } });
    const { memory, cells } = sharedCells();
    const endless = Context.run({ deadlineMs: 100 }, () => cpu.loopUntilDeadline(memory));
    endless.catch(() => undefined);
    // Until the thread has seen it, nothing here turns.
    expect(Atomics.wait(cells, 0, 0, 20_000)).not.toBe('timed-out');
    expect(await rejectionOf(endless)).toMatchObject({ reason: 'deadline' });
    expect((await cpu.where()).inThread).toBe(true);
  });
});

describe('threads of the operating system', () => {
  it('stay as many as they were through a thousand aborts', async () => {
    const started = await startWork({
      cpu: { threads: 1, maxQueue: 1_000 },
      io: { minThreads: 2, threads: 2, maxQueue: 1_000 },
    });
    await Promise.all([started.cpu.where(), started.io.where()]);
    const before = osThreads();
    let most = 0;
    for (let round = 0; round < 100; round++) {
      const calls = Array.from({ length: 10 }, (_, i) =>
        inRequest(() =>
          i === 0 && round % 20 === 0 ? started.cpu.spin(60_000) : started.io.block(1),
        ),
      );
      for (const { abort } of calls) abort();
      // oxlint-disable-next-line no-await-in-loop -- rounds follow each other
      await Promise.allSettled(calls.map(({ result }) => result));
      most = Math.max(most, osThreads());
    }
    expect((await started.cpu.where()).inThread).toBe(true);
    // One that ends and the one that takes its place may both be there for a moment.
    expect(most - before).toBeLessThanOrEqual(2);
    expect(osThreads() - before).toBeLessThanOrEqual(1);
  });
});

describe('a hundred thousand calls', () => {
  it('leave no memory behind', async () => {
    const { cpu } = await startWork({
      cpu: { threads: 1, maxQueue: 100 },
      // A heap that may not grow does not look like one that leaks.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    const call = (count: number): Promise<void> => repeatedly(64, count, () => cpu.echo('x'));
    const inRounds = async (): Promise<NodeJS.MemoryUsage> => {
      let memory = inUse();
      for (let round = 0; round < 5; round++) {
        // oxlint-disable-next-line no-await-in-loop -- rounds follow each other
        await call(20_000);
        memory = inUse();
      }
      return memory;
    };
    // Until both heaps, the process's and the thread's, have the size that they keep.
    const before = await inRounds();
    const after = await inRounds();
    // A call that left a single small object behind would leave 10 MB.
    expect(after.heapUsed - before.heapUsed).toBeLessThan(4 * MB);
    expect(after.rss - before.rss).toBeLessThan(60 * MB);
  });
});

const MB = 2 ** 20;

/** What is really in use. */
function inUse(): NodeJS.MemoryUsage {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage();
}

/** So many calls, some of them at once. */
async function repeatedly(
  atOnce: number,
  count: number,
  fn: () => Promise<unknown>,
): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    // oxlint-disable-next-line no-await-in-loop -- one after the other in each lane
    while (left-- > 0) await fn();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
