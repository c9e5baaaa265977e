import { describe, expect, it } from 'vitest';

import { upgrade } from '../../support/deploys.ts';
import { freePort } from '../../support/free-port.ts';
import { startMixedClients } from '../../support/kept-clients.ts';
import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const UPGRADES = IS_LONG ? 10 : 2;

describe('An upgrade of the primary', () => {
  it(
    'F32 refuses and resets nothing under load, with keep-alive and without',
    { timeout: 900_000 },
    async () => {
      const probes = { port: await freePort() };
      const group = await startGroup({
        app: 'lab.app',
        options: { probes, acceptQueue: PATIENT, drain: { idleGraceMs: 5_000 } },
      });
      const first = await group.pids();
      const clients = startMixedClients({
        port: group.port,
        path: '/lab/sleep?ms=5',
        clients: 6,
        restMs: 2,
      });
      let pid = group.pid;
      for (let count = 0; count < UPGRADES; count++) {
        // oxlint-disable-next-line no-await-in-loop -- one upgrade after another
        pid = await upgrade(group, pid);
      }
      for (const [kind, { sent, failures, longestMs }] of Object.entries(await clients.stop())) {
        report('F32', {
          clients: kind,
          upgrades: UPGRADES,
          sent,
          failed: failures.length,
          'limit of failed': 0,
          'longest ms': longestMs,
        });
        expect(failures).toEqual([]);
        expect(sent).toBeGreaterThan(50 * UPGRADES);
      }
      expect((await fetch(`http://127.0.0.1:${probes.port}/readyz`)).status).toBe(200);
      const last = await until('the pages of the new group', async () => {
        const pids = await group.pids();
        return !pids.some((one) => first.includes(one)) && pids.length === 2 && pids;
      });
      expect(last).toHaveLength(2);
    },
  );

  it(
    'leaves the old primary in place when the new one fails, and succeeds later all the same',
    { timeout: 180_000 },
    async () => {
      const group = await startGroup({
        app: 'versioned.app',
        options: { workers: 1, drain: { idleGraceMs: 200 } },
        version: 'first',
      });
      const pids = await group.pids();
      group.writeVersion('throws');
      group.signal('SIGUSR2');
      const failure = await until('the failure', () => failureOf(group), { withinMs: 60_000 });
      expect(failure).toBe('no upgrade: the new primary ended (exit code 1)');
      expect(await group.pids()).toEqual(pids);
      expect((await group.get('/lab/who')).status).toBe(200);

      group.writeVersion('second');
      await upgrade(group, group.pid);
      expect((await group.get('/lab/who')).status).toBe(200);
    },
  );
});

function failureOf(group: TestGroup): string | undefined {
  return group.log.find(({ msg }) => msg.startsWith('no upgrade'))?.msg;
}
