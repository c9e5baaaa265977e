import { beforeAll, describe, expect, it } from 'vitest';

import type { HeapGrowth } from '../../../lib/meta/operations/heap-growth.ts';
import type { Hottest } from '../../../lib/meta/operations/hottest.ts';
import { startClients } from '../../support/kept-clients.ts';
import { report } from '../../support/load.ts';
import { type EndedRun, runOperation } from '../../support/run-operation.ts';
import { endGroup, openGroup, PATIENT, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

interface Recorded extends Omit<EndedRun<Hottest & { incident: object; stacks: object }>, 'state'> {
  state: string;
  progress: string;
}

interface Grown extends Omit<EndedRun<HeapGrowth>, 'state'> {
  state: string;
  progress: string;
}

/** One group for all tests. */
let group: TestGroup;

async function startAll(): Promise<() => Promise<void>> {
  const allow = ['cpu-profile', 'heap-growth'] as const;
  group = await openGroup({
    app: 'profiled.app',
    options: {
      workers: 1,
      meta: { port: 0, allow },
      acceptQueue: PATIENT,
      supervision: { hungAfterMs: 120_000 },
    },
  });
  await group.untilAllReady();
  return () => endGroup(group);
}

/** The function that burns, or the caller that V8 has inlined it into. */
function isBurning({ name }: { name: string }): boolean {
  return name === 'burnOnLoop' || name === 'burn';
}

describe('profiles of a group', { timeout: 180_000 }, () => {
  beforeAll(startAll, 120_000);

  it('draw a flame graph, with the hot function and its lines', async () => {
    const clients = startClients({
      port: group.port,
      path: '/burn?ms=50',
      clients: 1,
      keepAlive: true,
    });
    const run = await runOperation<Hottest>(group, 'cpu-profile', { seconds: 2 });
    await clients.stop();
    expect([run.state, run.error]).toEqual(['DONE', undefined]);
    const { functions, flame } = run.result;
    const hot = functions.find(isBurning);
    expect(hot?.location).toMatch(/profiled\.app\.ts:\d+$/);
    expect(hot?.heat.length).toBeGreaterThan(0);
    const frame = flame.frames.find(({ name }) => name === hot?.name);
    expect(frame).toMatchObject({ kind: 'app', location: hot?.location });
    expect(frame?.depth).toBeGreaterThan(0);
    expect(JSON.stringify(run.result)).not.toContain('node:inspector');
    const { body } = await group.page(`/operations/${run.id}`, { accept: 'text/html' });
    expect(body).toMatch(/<title>burn\w* [^<]*profiled\.app\.ts/);
    expect(body).toContain('class="flame-app"');
  });

  it('are taken of a worker whose event loop is blocked, once it turns', async () => {
    const burning = group.get('/burn?ms=6000');
    await until('a stalled worker', async () => {
      return (await group.workers()).some(({ state }) => state === 'STALLED');
    });
    const run = await runOperation(group, 'cpu-profile', { seconds: 1 });
    expect([run.state, run.error]).toEqual(['DONE', undefined]);
    expect((await burning).status).toBe(200);
  });

  it('record the next incident: profile, stacks and pages of a blocked loop', async () => {
    const { body } = await group.post(
      '/api/v1/operations/record-incident',
      { thresholdMs: 1_500, minutes: 30 },
      {},
    );
    const { id } = body as { id: string };
    const read = (): Promise<Recorded> => group.read<Recorded>(`/api/v1/operations/${id}`);
    await until('armed workers', async () => (await read()).progress.startsWith('armed'));
    const burnt = group.get('/burn?ms=10000', { withinMs: 60_000 });
    const run = await until(
      'the end of the recording',
      async () => {
        const now = await read();
        return now.state !== 'RUNNING' && now;
      },
      { withinMs: 90_000 },
    );
    expect((await burnt).status).toBe(200);
    expect([run.state, run.error]).toEqual(['DONE', undefined]);
    expect(run.result.incident).toMatchObject({ kind: 'lag', lagMs: expect.any(Number) });
    expect(run.result.functions.some(isBurning)).toBe(true);
    // Stacks taken while the loop was blocked, or the one that its sentinel took, on its page.
    const bundle = run.artifacts.find(({ name }) => name.endsWith('.html'));
    const { body: pages } = await group.page(`/api/v1/artifacts/${bundle?.id}`);
    expect(JSON.stringify(run.result.stacks) + pages).toContain('burnOnLoop');
    expect(pages).toContain('<section id="blocked-loop">');
    expect(run.artifacts.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^worker-\d+\.cpuprofile$/),
      'stacks.json',
      expect.stringMatching(/^incident-.*\.html$/),
    ]);
    const page = await group.page(`/operations/${id}`, { accept: 'text/html' });
    expect(page.body).toContain('was late by');
    const { audit } = await group.read<{ audit: object[] }>('/api/v1/operations');
    for (const outcome of ['started', 'done']) {
      expect(audit).toContainEqual(expect.objectContaining({ what: 'record-incident', outcome }));
    }
    const journal = await group.read<{ text: string }[]>('/api/v1/journal');
    expect(journal.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^record-incident by .*: started$/),
    );
  });

  it('tell which classes grew, Buffers counted', async () => {
    const [worker] = await group.untilAllReady();
    // Once before: what the first request loads is no leak.
    await group.get('/leak-buffers?mb=1');
    await group.get('/leak-objects?count=1');
    const input = { worker: worker?.id, seconds: 5, maxBlockedMs: 5_000 };
    const { body } = await group.post('/api/v1/operations/heap-growth', input, {});
    const { id } = body as { id: string };
    const read = (): Promise<Grown> => group.read<Grown>(`/api/v1/operations/${id}`);
    await until('the first count', async () => (await read()).progress.startsWith('waiting'));
    for (let leak = 0; leak < 10; leak++) {
      // oxlint-disable-next-line no-await-in-loop -- one leak after another
      await group.get('/leak-buffers?mb=10');
    }
    await group.get('/leak-objects?count=20000');
    const run = await until('the second count', async () => {
      const now = await read();
      return now.state !== 'RUNNING' && now;
    });
    expect([run.state, run.error]).toEqual(['DONE', undefined]);
    const { classes, buffers, memory, blockedMs } = run.result;
    expect(classes[0]).toMatchObject({ name: 'ArrayBuffer' });
    // Others may be freed meanwhile.
    expect(classes[0]?.bytesChange).toBeGreaterThan(90e6);
    const classOf = (name: string): number =>
      classes.find((one) => one.name === name)?.countChange ?? 0;
    expect(classOf('LeakedReceipt')).toBe(20_000);
    expect(buffers.find(({ size }) => size === '1 MiB to 16 MiB')).toMatchObject({
      countChange: 10,
      bytesChange: 100e6,
    });
    expect(
      memory.find(({ memory: name }) => name === 'Array buffers')?.bytesChange,
    ).toBeGreaterThanOrEqual(90e6);
    report('Counting live objects', { 'blocked ms': blockedMs });
    const page = await group.page(`/operations/${id}`, { accept: 'text/html' });
    expect(page.body).toContain('LeakedReceipt');
    expect(page.body).toContain('1 MiB to 16 MiB');
  });
});
