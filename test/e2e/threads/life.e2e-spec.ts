import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it, onTestFinished, vi } from 'vitest';

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

const run = promisify(execFile);

const DIST = new URL('../../fixtures/dist/threads/', import.meta.url);

/** Another module for the threads than that of the application. */
function faulty(name: string): { module: URL; moduleExport: string } {
  return { module: new URL('./faulty.module.js', DIST), moduleExport: name };
}

function readyOf({ app }: WorkApp): number {
  const { pools } = app.get(work.AppContext).reports.read('threads') as {
    pools: { name: string; ready: number }[];
  };
  return pools.find(({ name }) => name === 'cpu')?.ready ?? 0;
}

describe('the start of threads', () => {
  it('T15: fails with the reason when a provider can not be made', async () => {
    const error = await rejectionOf(startWork(faulty('BrokenModule')));
    expect(error).toBeInstanceOf(work.ThreadContextBootError);
    expect((error as Error).message).toContain('no such table');
    expect((error as Error).cause).toMatchObject({ code: 'E_TABLE' });
  });

  it('T15: fails when a thread ends before it is ready', async () => {
    const error = await rejectionOf(startWork(faulty('ExitingModule')));
    expect(error).toBeInstanceOf(work.ThreadContextBootError);
    expect((error as Error).message).toContain('code 5');
  });

  it('T15: rejects every call when the application did not wait for it', async () => {
    const { cpu } = await startWork({ ...faulty('BrokenModule'), warmup: false });
    const early = [rejectionOf(cpu.where()), rejectionOf(cpu.where())];
    for (const error of await Promise.all(early)) {
      expect(error).toBeInstanceOf(work.ThreadContextBootError);
    }
    expect(await rejectionOf(cpu.where())).toBeInstanceOf(work.ThreadContextBootError);
  });

  it.each([true, false])(
    'T15: fails when a thread can not be made (warmup: %s)',
    async (warmup) => {
      const options = { execArgv: ['--no-such-flag'], warmup };
      const started = startWork(options);
      const error = await rejectionOf(warmup ? started : started.then(({ cpu }) => cpu.where()));
      expect(error).toBeInstanceOf(work.ThreadContextBootError);
      expect((error as Error).message).toContain('--no-such-flag');
    },
  );

  it('T17: names every method that the threads lack', async () => {
    const error = await rejectionOf(startWork(faulty('EmptyModule')));
    expect(error).toBeInstanceOf(work.ThreadMethodsError);
    expect((error as Error).message).toContain('CpuWork.where is missing in the threads');
    expect((error as Error).message).toContain('IoWork.block is missing in the threads');
  });

  it('takes no longer than it may', async () => {
    const error = await rejectionOf(startWork({ ...faulty('SlowModule'), bootTimeoutMs: 300 }));
    expect((error as Error).message).toContain('bootTimeoutMs');
  });

  it('T28: lets calls wait, and those abandoned meanwhile never run', async () => {
    const { cpu } = await startWork({ ...faulty('SlowModule'), warmup: false });
    const { memory, cells } = sharedCells();
    const given = inRequest(() => cpu.spin(1, memory));
    const kept = cpu.where();
    given.abort();
    expect(await rejectionOf(given.result)).toMatchObject({ reason: 'client-gone' });
    expect((await kept).inThread).toBe(true);
    await cpu.where();
    expect(Atomics.load(cells, 0)).toBe(0);
  });

  it('T28: is abandoned when the application closes', async () => {
    const { app, cpu } = await startWork({ ...faulty('SlowModule'), warmup: false });
    const waiting = rejectionOf(cpu.where());
    await app.close();
    expect(await waiting).toMatchObject({ reason: 'shutdown' });
    expect(await rejectionOf(cpu.where())).toMatchObject({ reason: 'shutdown' });
  });
});

describe('a thread that is lost', () => {
  it('T18: fails its call alone, when it exits', async () => {
    const { cpu } = await startWork();
    const error = await rejectionOf(cpu.die('exit'));
    expect(error).toBeInstanceOf(work.ThreadLostError);
    expect((error as Error).message).toContain('ended with code 3');
    expect((await cpu.where()).inThread).toBe(true);
  });

  it('T18: fails its call alone, when it has no memory left', async () => {
    const { cpu } = await startWork({ resourceLimits: { maxOldGenerationSizeMb: 60 } });
    const error = await rejectionOf(cpu.die('memory'));
    expect(error).toBeInstanceOf(work.ThreadLostError);
    expect((error as Error).cause).toMatchObject({ code: 'ERR_WORKER_OUT_OF_MEMORY' });
    expect((await cpu.where()).inThread).toBe(true);
  });

  it('T18: is replaced when a rejection that nobody handles ends it while it is idle', async () => {
    const started = await startWork();
    const before = (await started.cpu.where()).threadId;
    await started.cpu.die('stray');
    await until('it is gone', () => readyOf(started) === 0);
    const after = await started.cpu.where();
    expect(after.threadId).not.toBe(before);
  });
});

describe('the end of threads', () => {
  it('T19: runs the hooks of their modules', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'threads-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    vi.stubEnv('HOOKS_DIRECTORY', directory);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { app, cpu } = await startWork({ cpu: { minThreads: 2, threads: 2 } });
    await cpu.where();
    await app.close();
    const hooks = readdirSync(directory).map((name) => name.split('-')[0]);
    // Two threads for cpu and one for io.
    expect(hooks.filter((hook) => hook === 'destroy')).toHaveLength(3);
    expect(hooks.filter((hook) => hook === 'shutdown')).toHaveLength(3);
  });

  it('T19: comes when calls that run have ended', async () => {
    const started = await startWork();
    const { memory, cells } = sharedCells();
    const running = started.cpu.spin(200, memory);
    await until('it runs', () => Atomics.load(cells, 0) === 1);
    await started.app.close();
    expect(await running).toBeGreaterThan(0);
  });

  it('T19: comes, when a hook is stuck, after its grace', async () => {
    const { app, cpu } = await startWork({ ...faulty('StuckModule'), closeTimeoutMs: 500 });
    await cpu.where();
    const threads = osThreads();
    await app.close();
    const left = await until('they are gone', () => {
      const present = osThreads();
      return present < threads && present;
    });
    expect(left).toBeLessThan(threads);
  });

  it('T27: comes with their process, which they do not keep alive', async () => {
    const entry = fileURLToPath(new URL('./one-shot.js', DIST));
    const { stdout } = await run(process.execPath, [entry], { timeout: 30_000 });
    expect(JSON.parse(stdout)).toEqual({ inThread: true });
  });
});
