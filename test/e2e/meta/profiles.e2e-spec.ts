import { beforeAll, describe, expect, it } from 'vitest';

import type { Hottest } from '../../../lib/meta/operations/hottest.ts';
import { startClients } from '../../support/kept-clients.ts';
import { type EndedRun, runOperation } from '../../support/run-operation.ts';
import { endGroup, openGroup, PATIENT, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

interface Recorded extends Omit<EndedRun<Hottest & { incident: object; stacks: object }>, 'state'> {
  state: string;
  progress: string;
}

/** One group for all tests. */
let group: TestGroup;

async function startAll(): Promise<() => Promise<void>> {
  const allow = ['cpu-profile', 'heap-profile'] as const;
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

  it('record the next incident: profile, stacks and pages of a blocked loop', async () => {
    const { body } = await group.post(
      '/api/v1/operations/record-incident',
      { thresholdMs: 1_500, minutes: 30 },
      {},
    );
    const { id } = body as { id: string };
    const read = (): Promise<Recorded> => group.read<Recorded>(`/api/v1/operations/${id}`);
    await until('armed workers', async () => (await read()).progress.startsWith('armed'));
    const burnt = group.get('/burn?ms=6000', { withinMs: 60_000 });
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
    // Taken while the loop was blocked.
    expect(JSON.stringify(run.result.stacks)).toContain('burnOnLoop');
    expect(run.artifacts.map(({ name }) => name)).toEqual([
      expect.stringMatching(/^worker-\d+\.cpuprofile$/),
      'stacks.json',
      expect.stringMatching(/^incident-.*\.html$/),
    ]);
    const page = await group.page(`/operations/${id}`, { accept: 'text/html' });
    expect(page.body).toContain('was late by');
    const { audit } = await group.read<{ audit: { what: string }[] }>('/api/v1/operations');
    expect(audit.map(({ what }) => what)).toContain('record-incident');
  });
});
