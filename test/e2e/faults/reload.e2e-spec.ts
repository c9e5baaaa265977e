import type { GroupOptions } from 'nestjs-buttress/cluster';
import { describe, expect, it } from 'vitest';

import { startClients } from '../../support/kept-clients.ts';
import { report } from '../../support/load.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

describe('A reload to a build that is broken', () => {
  it('F18 A reload to a build that throws, or dies when it serves, is aborted and the old one goes on.', async () => {
    const group = await startVersioned({ reload: { canaryMs: 1_500 } });
    const pids = await group.pids();
    const clients = startClients({
      port: group.port,
      path: '/lab/who',
      clients: 2,
      keepAlive: false,
      restMs: 5,
    });
    for (const [version, why] of [
      ['throws', 'this version does not start'],
      ['dies', 'exit code 1'],
    ] as const) {
      group.writeVersion(version);
      const reported = failuresOf(group).length;
      group.signal('SIGHUP');
      // oxlint-disable-next-line no-await-in-loop -- one version after another
      const failure = await until('the failure', () => failuresOf(group)[reported], {
        withinMs: 20_000,
      });
      expect(failure).toContain('reload stopped: ');
      expect(failure).toContain(why);
      expect(failure).toContain('Replaced 0 of 2 workers');
      // oxlint-disable-next-line no-await-in-loop -- one version after another
      expect(await group.pids()).toEqual(pids);
    }
    const { sent, failures } = await clients.stop();
    report('F18', { sent, failed: failures.length });
    // A worker that dies while it proves itself takes what it had with it, and nothing else.
    expect(failures.length).toBeLessThanOrEqual(2);
    expect(await group.untilAllReady()).toHaveLength(2);
  });

  it('F19 A reload to a build that never gets READY is aborted in time, at full capacity.', async () => {
    const bootTimeoutMs = 3_000;
    const group = await startVersioned({ reload: { bootTimeoutMs } });
    const pids = await group.pids();
    group.writeVersion('hangs');
    const startedAt = performance.now();
    group.signal('SIGHUP');
    await until('the new worker', async () => (await group.everyWorker()).length === 3);
    await until('the failure', () => failuresOf(group)[0], { withinMs: 20_000 });
    const tookMs = performance.now() - startedAt;
    report('F19', { 'aborted after ms': tookMs, 'limit ms': bootTimeoutMs });
    expect(failuresOf(group)[0]).toContain(`not ready within ${bootTimeoutMs} ms`);
    expect(tookMs).toBeGreaterThan(0.9 * bootTimeoutMs);
    expect(await group.pids()).toEqual(pids);
    await until('the new worker gone', async () => (await group.everyWorker()).length === 2);
    expect(group.log.filter(({ msg }) => msg === 'worker kept')).toHaveLength(1);
  });
});

function startVersioned(options: Partial<GroupOptions>): Promise<TestGroup> {
  const drain = { idleGraceMs: 5_000 };
  return startGroup({
    app: 'versioned.app',
    options: { workers: 2, drain, acceptQueue: PATIENT, ...options },
    version: 'first',
  });
}

function failuresOf(group: TestGroup): string[] {
  return group.log.flatMap(({ msg }) => (msg.startsWith('reload stopped') ? [msg] : []));
}
