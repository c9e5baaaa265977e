import { describe, expect, it } from 'vitest';

import { startMixedClients } from '../../support/kept-clients.ts';
import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const RELOADS = IS_LONG ? 20 : 2;

describe('A rolling reload under load', () => {
  it(
    'F17 fails no request, with keep-alive and without, and leaves no worker of before',
    { timeout: 600_000 },
    async () => {
      const group = await startGroup({
        app: 'versioned.app',
        options: {
          drain: { idleGraceMs: 5_000 },
          acceptQueue: PATIENT,
          reload: { canaryMs: 100 },
        },
        version: 'first',
      });
      const first = await group.pids();
      const clients = startMixedClients({
        port: group.port,
        path: '/lab/sleep?ms=5',
        clients: 6,
        restMs: 2,
      });
      let least = Infinity;
      for (let count = 1; count <= RELOADS; count++) {
        // oxlint-disable-next-line no-await-in-loop -- one reload after another
        least = Math.min(least, await reloadOnce(group, count));
      }
      for (const [kind, { sent, failures, longestMs }] of Object.entries(await clients.stop())) {
        report('F17', {
          clients: kind,
          reloads: RELOADS,
          sent,
          failed: failures.length,
          'limit of failed': 0,
          'fewest READY': least,
          'longest ms': longestMs,
        });
        expect(failures).toEqual([]);
        expect(sent).toBeGreaterThan(75 * RELOADS);
      }
      expect(least).toBeGreaterThanOrEqual(2);
      const last = await group.pids();
      expect(last.filter((pid) => first.includes(pid))).toEqual([]);
    },
  );
});

/** One reload from its signal to its end. @returns the fewest READY workers that were seen */
async function reloadOnce(group: TestGroup, count: number): Promise<number> {
  group.signal('SIGHUP');
  let least = Infinity;
  await until(
    `reload ${count}`,
    async () => {
      // A stall of a busy machine is not a worker less.
      const ready = (await group.everyWorker()).filter(({ state }) =>
        ['READY', 'STALLED'].includes(state),
      );
      least = Math.min(least, ready.length);
      return group.log.filter(({ msg }) => msg === 'reloaded').length >= count;
    },
    { withinMs: 60_000 },
  );
  return least;
}
