import { beforeAll, describe, expect, it } from 'vitest';

import type { Hottest } from '../../../lib/meta/operations/hottest.ts';
import { startClients } from '../../support/kept-clients.ts';
import { runOperation } from '../../support/run-operation.ts';
import { endGroup, openGroup, PATIENT, type TestGroup } from '../../support/test-group.ts';

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
    const hot = functions.find(({ name }) => name === 'burnOnLoop');
    expect(hot?.location).toMatch(/profiled\.app\.ts:\d+$/);
    expect(hot?.heat.length).toBeGreaterThan(0);
    const frame = flame.frames.find(({ name }) => name === 'burnOnLoop');
    expect(frame).toMatchObject({ kind: 'app', location: hot?.location });
    expect(frame?.depth).toBeGreaterThan(0);
    expect(JSON.stringify(run.result)).not.toContain('node:inspector');
    const { body } = await group.page(`/operations/${run.id}`, { accept: 'text/html' });
    expect(body).toMatch(/<title>burnOnLoop [^<]*profiled\.app\.ts/);
    expect(body).toContain('class="flame-app"');
  });
});
