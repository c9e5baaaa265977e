import { threadId } from 'node:worker_threads';

import { NotFoundException } from '@nestjs/common';
import { beforeAll, describe, expect, it } from 'vitest';

import type { CallCounts } from '../../../lib/threads/call-counts.ts';
import type * as Images from '../../fixtures/threads/images.ts';
import { until } from '../../support/until.ts';
import {
  inRequest,
  rejectionOf,
  sharedCells,
  startWork,
  work,
  type WorkApp,
} from '../../support/work-app.ts';

const NO_TEXT: unknown = undefined;

const IMAGES = new URL('../../fixtures/dist/threads/images.js', import.meta.url);

const { ImagesModule, ImageWork } = (await import(IMAGES.href)) as typeof Images;

/** For all tests that count nothing and leave its threads as they were. */
let shared: WorkApp;
beforeAll(async () => {
  shared = await work.startWork();
  return () => shared.app.close();
});

describe('a decorated method', () => {
  it('T1: runs in a thread with what is injected there', async () => {
    const { cpu } = shared;
    const answer = await cpu.where();
    expect(answer).toMatchObject({ word: 'sesame', inThread: true });
    expect(answer.threadId).not.toBe(threadId);
  });

  it('T2: calls others of any pool in its own thread', async () => {
    const { cpu } = shared;
    for (const { outer, inner } of await cpu.nested()) expect(inner).toBe(outer);
  });

  it('T3: runs here on objects that are no providers, and in each application in its own', async () => {
    const secret = new work.Secret();
    const plain = new work.CpuWork(secret, new work.IoWork(scope()), scope());
    expect(await plain.where()).toMatchObject({ threadId, inThread: false });
    const other = await startWork();
    const first = await shared.cpu.where();
    const second = await other.cpu.where();
    expect(new Set([threadId, first.threadId, second.threadId]).size).toBe(3);
    expect((await shared.cpu.where()).threadId).toBe(first.threadId);
  });

  it('runs here when its condition says so, and always without its decorator', async () => {
    const { cpu } = shared;
    expect(await cpu.length('short')).toEqual({ length: 5, threadId });
    expect((await cpu.length('a longer text')).threadId).not.toBe(threadId);
    const here = work.withoutOffload(cpu.where.bind(cpu));
    expect((await here()).threadId).not.toBe(threadId);
    // oxlint-disable-next-line typescript/unbound-method -- bound by call
    const original = work.withoutOffload(work.CpuWork.prototype.where);
    expect((await original.call(cpu)).threadId).toBe(threadId);
  });

  it('runs in the pool that it names', async () => {
    const own = { module: IMAGES, moduleExport: 'ImagesModule' };
    const { app, cpu } = await startWork(own, [ImagesModule]);
    const thread = await app.get(ImageWork).inImages();
    expect(thread).not.toBe(threadId);
    expect(thread).not.toBe((await cpu.where()).threadId);
  });
});

describe('an error from a thread', () => {
  it('T11: keeps its class, what is on it, its cause and both stacks', async () => {
    const { cpu } = shared;
    const error = await rejectionOf(cpu.fail('http'));
    expect(error).toBeInstanceOf(NotFoundException);
    if (!(error instanceof NotFoundException)) return;
    expect(error.getStatus()).toBe(404);
    expect(error.cause).toMatchObject({ message: 'the reason', code: 'E_ROOT', cause: 'the root' });
    expect(error.stack).toMatch(/CpuWork\.fail[^]*thread's caller[^]*rejectionOf/);
  });

  it('T11: is of a class that was registered', async () => {
    const { cpu } = shared;
    const error = await rejectionOf(cpu.fail('domain'));
    expect(error).toBeInstanceOf(work.DomainError);
    expect(error).toMatchObject({ details: { rows: [Buffer.from('row')] } });
    expect(Buffer.isBuffer((error as { details: { rows: unknown[] } }).details.rows[0])).toBe(true);
  });

  it('T11: has the members of an AggregateError', async () => {
    const { cpu } = shared;
    const error = await rejectionOf(cpu.fail('aggregate'));
    expect(error).toBeInstanceOf(AggregateError);
    const [one, other] = (error as AggregateError).errors as Error[];
    expect(one).toBeInstanceOf(TypeError);
    expect(other).toMatchObject({ code: 'E_ROOT' });
  });

  it('T11: may be no error at all', async () => {
    const { cpu } = shared;
    expect(await rejectionOf(cpu.fail('string'))).toBe('just a text');
    expect(await rejectionOf(cpu.fail('undefined'))).toBe(undefined);
    expect(await rejectionOf(cpu.fail('other'))).toMatchObject({ message: 'odd' });
  });
});

describe('a value on its way to a thread or back', () => {
  it('T12: is refused with the path of what can not be copied, and the thread lives on', async () => {
    const { cpu } = shared;
    const before = await cpu.where();
    const argument = rejectionOf(cpu.echo({ user: { save: () => undefined } }));
    expect(await argument).toMatchObject({
      code: 'ERR_BUTTRESS_THREADS_CLONE',
      path: 'args[0].user.save',
    });
    const result = await rejectionOf(cpu.give('function'));
    expect(result).toMatchObject({ path: 'result.rows[0].save' });
    expect(await rejectionOf(cpu.give('proxy'))).toMatchObject({ path: 'result.proxy' });
    expect((await cpu.where()).threadId).toBe(before.threadId);
  });

  it('T12: may be rough: too deep, given away, or going round in circles', async () => {
    const { cpu } = shared;
    const before = await cpu.where();
    expect(await rejectionOf(cpu.give('deep'))).toMatchObject({
      code: 'ERR_BUTTRESS_THREADS_CLONE',
    });
    expect(await rejectionOf(cpu.give('detached'))).toMatchObject({ path: 'result' });
    const round = (await cpu.give('circle')) as { self: unknown; bytes: Buffer };
    expect(round.self).toBe(round);
    expect(round.bytes.toString()).toBe('round');
    expect(await cpu.echo(round)).toEqual(round);
    expect((await cpu.where()).threadId).toBe(before.threadId);
  });

  it('T12: is refused on its way there when it is nested too deeply', async () => {
    const { cpu } = shared;
    const before = await cpu.where();
    let deep: unknown;
    for (let level = 0; level < 8_000; level++) deep = { next: deep };
    const error = await rejectionOf(cpu.echo({ deep }));
    expect(error).toMatchObject({ code: 'ERR_BUTTRESS_THREADS_CLONE' });
    expect((error as Error).message).toMatch(/^args\[0\]\.deep\.next.* is nested too deeply/);
    expect((await cpu.where()).threadId).toBe(before.threadId);
  });

  it('is rejected when the condition of its method throws', async () => {
    const { cpu } = shared;
    const wrong = cpu.length(NO_TEXT as string);
    expect(await rejectionOf(wrong)).toBeInstanceOf(TypeError);
  });

  it('T13: brings Buffers as Buffers, with no memory but their own', async () => {
    const { cpu } = shared;
    expect(await cpu.describe({ bytes: Buffer.from('hi') })).toEqual({
      isBuffer: true,
      length: 2,
      memory: 2,
      text: 'hi',
    });
    const plain = await cpu.describe({ bytes: new Uint8Array([104, 105]) });
    expect(plain).toMatchObject({ isBuffer: false, text: 'hi' });
    const view = (await cpu.give('view')) as Buffer;
    expect(Buffer.isBuffer(view)).toBe(true);
    expect([...view]).toEqual(Array.from({ length: 10 }, () => 7));
    expect(view.buffer.byteLength).toBe(10);
  });

  it('T14: gives memory away only when asked to', async () => {
    const { cpu } = shared;
    const kept = new Uint8Array(1_000).fill(3);
    await cpu.echo(kept);
    expect(kept.length).toBe(1_000);
    const given = await cpu.take(kept);
    expect(kept.length).toBe(0);
    expect(given.length).toBe(1_000);
    expect(given.every((byte) => byte === 3)).toBe(true);
  });

  it('copies large memory without taking it away', async () => {
    const { cpu } = shared;
    const memory = new ArrayBuffer(1_000_000);
    const body = Buffer.alloc(1_000_000, 'b');
    const sent = { body, memory, words: new Uint32Array(memory), part: body.subarray(0, 100_000) };
    const back = (await cpu.echo(sent)) as typeof sent;
    expect(back).toEqual(sent);
    expect(Buffer.isBuffer(back.body)).toBe(true);
    expect(back.words.buffer).toBe(back.memory);
    expect([body.length, memory.byteLength, sent.part.length]).toEqual([
      1_000_000, 1_000_000, 100_000,
    ]);
  });
});

describe('statistics of threads', () => {
  it('T22: show where the time goes, and balance', async () => {
    const started = await startWork();
    const before = timesOf(started, 'CpuWork.echo');
    for (let i = 0; i < 30; i++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await started.cpu.echo('x'.repeat(1_000));
    }
    await rejectionOf(started.cpu.fail('http'));
    await rejectionOf(started.cpu.echo(() => undefined));
    const { methods, pools } = snapshotOf(started);
    const idle = { ready: 1, busy: 0, waiting: 0 };
    expect(pools.find(({ name }) => name === 'cpu')).toMatchObject(idle);
    const echo = methods.find(({ id }) => id === 'CpuWork.echo');
    expect(echo?.calls).toMatchObject({ offloaded: 31, completed: 30, failed: 1, inline: 0 });
    const { queued, run, total } = timesOf(started, 'CpuWork.echo');
    // Not its sign: nothing is done with what is sent, but a thread that has to wait for a core
    // counts that as running.
    expect(echo?.copyMs).toBeGreaterThan(0);
    expect(echo?.runMs).toBeCloseTo(run.sum - before.run.sum);
    expect(echo?.roiMs).toBeCloseTo((echo?.runMs ?? NaN) - (echo?.copyMs ?? NaN));
    expect(total.count - before.total.count).toBe(30);
    expect(queued.sum + run.sum).toBeLessThanOrEqual(total.sum);
    const size = figureOf(started, 'buttress.threads.argument_size', 'CpuWork.echo');
    expect(size.last).toBeGreaterThan(1_000);
    expect(size.last).toBeLessThan(1_100);
  });

  it('count what is copied, and not what is given away', async () => {
    const started = await startWork();
    await started.cpu.echo(Buffer.alloc(1_000_000));
    await started.cpu.take(new Uint8Array(1_000_000));
    const sizeOf = (method: string): number | undefined =>
      figureOf(started, 'buttress.threads.argument_size', method).last;
    expect(sizeOf('CpuWork.echo')).toBeGreaterThan(1_000_000);
    expect(sizeOf('CpuWork.take')).toBeLessThan(1_000);
  });

  it('T22: balance after calls that were abandoned, refused, or lost', async () => {
    const started = await startWork({ cpu: { threads: 1, maxQueue: 3 } });
    const { cpu } = started;
    const ofMethod = (id: string): CallCounts | undefined =>
      snapshotOf(started).methods.find((one) => one.id === id)?.calls;
    const { memory, cells } = sharedCells();
    const calls = Array.from({ length: 10 }, () => inRequest(() => cpu.spin(60_000, memory)));
    await until('one runs', () => Atomics.load(cells, 0) === 1);
    // The one that runs, and the first of those that wait.
    for (const { abort } of calls.slice(0, 2)) abort();
    await until('the next one runs', () => Atomics.load(cells, 0) === 2);
    for (const { abort } of calls) abort();
    const outcomes = await Promise.allSettled(calls.map(({ result }) => result));
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true);
    await rejectionOf(cpu.die('exit'));
    expect(await cpu.where()).toMatchObject({ inThread: true });
    expect(ofMethod('CpuWork.spin')).toEqual({
      inline: 0,
      offloaded: 4,
      completed: 0,
      failed: 0,
      refused: { queue: 6, deadline: 0 },
      cancelled: { queued: 2, running: 2 },
      lost: 0,
    });
    expect(ofMethod('CpuWork.die')).toMatchObject({ offloaded: 1, lost: 1, completed: 0 });
    const pool = snapshotOf(started).pools.find(({ name }) => name === 'cpu');
    expect(pool).toMatchObject({ ready: 1, busy: 0, waiting: 0, abandoned: 0 });
  });

  it('T26: learn which calls are not worth the way', async () => {
    const { cpu } = await startWork();
    const settle = async (ms: number, calls: number): Promise<number[]> => {
      const threads: number[] = [];
      for (let i = 0; i < calls; i++) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other
        threads.push(await cpu.learn(ms));
      }
      return threads;
    };
    const short = await settle(0, 60);
    expect(short.slice(0, 4)).not.toContain(threadId);
    // A call here during which another process has the core looks long, and is not here next time.
    await until('most calls here', async () => {
      return (await settle(0, 20)).filter((thread) => thread === threadId).length > 15;
    });
    // Saturated, and of a size that nothing is known of: never here.
    const long = await Promise.all(Array.from({ length: 12 }, () => cpu.learn(5)));
    expect(long).not.toContain(threadId);
    expect(await settle(5, 12)).not.toContain(threadId);
  });
});

describe('an idle thread', () => {
  it('T23: lets its timers run', async () => {
    const { cpu } = shared;
    await cpu.startTicking();
    const before = await cpu.countTicks();
    const ticks = await until('a tick', async () => {
      const now = await cpu.countTicks();
      return now !== before && now;
    });
    expect(ticks).toBeGreaterThan(before);
  });
});

interface Figure {
  sum: number;
  count: number;
  last?: number;
}

function figureOf({ app }: WorkApp, name: string, method: string): Figure {
  const statistics = app.get(work.AppContext).stats.snapshot();
  const series = statistics.find((statistic) => statistic.name === name)?.series ?? [];
  const own = series.find(({ labels }) => labels['method'] === method);
  return (own?.data ?? { sum: 0, count: 0 }) as Figure;
}

function timesOf(started: WorkApp, method: string): Record<'queued' | 'run' | 'total', Figure> {
  return {
    queued: figureOf(started, 'buttress.threads.queue_wait', method),
    run: figureOf(started, 'buttress.threads.run', method),
    total: figureOf(started, 'buttress.threads.call', method),
  };
}

function snapshotOf({ app }: WorkApp): Snapshot {
  return app.get(work.AppContext).reports.read('threads') as Snapshot;
}

interface Snapshot {
  pools: { name: string; ready: number; busy: number; waiting: number; abandoned: number }[];
  methods: { id: string; calls: CallCounts; runMs: number; copyMs: number; roiMs: number }[];
}

function scope(): InstanceType<typeof work.ThreadScope> {
  return new work.ThreadScope();
}
