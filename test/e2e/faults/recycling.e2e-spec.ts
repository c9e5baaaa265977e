import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { startClients } from '../../support/kept-clients.ts';
import { IS_LONG } from '../../support/length.ts';
import { report, steadily } from '../../support/load.ts';
import { type Exchange, labAnswer } from '../../support/raw-connection.ts';
import { PATIENT, startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const MIB = 1 << 20;
const LEAK_SECONDS = IS_LONG ? 300 : 20;
const LEAK_MIB_PER_SECOND = 10;

/** A busy machine starts workers slowly. */
const WAITING = { timeout: 180_000 };

/** Soon, and not for loops that are late: on a busy machine they are. */
const QUICK = {
  sampleIntervalMs: 500,
  samples: 2,
  minAgeMs: 1_000,
  minIntervalMs: 1_000,
  maxLoopDelayMs: 3_600_000,
};

describe('Recycling', () => {
  it(
    'F22 A worker that leaks is replaced before it does harm, and no request fails.',
    { timeout: 600_000 },
    async () => {
      const maxRssBytes = (IS_LONG ? 350 : 250) * MIB;
      const group = await startGroup({
        app: 'lab.app',
        options: {
          acceptQueue: PATIENT,
          drain: { idleGraceMs: 5_000 },
          recycle: { ...QUICK, maxRssBytes, hardRssBytes: 4 * maxRssBytes },
        },
      });
      const clients = startClients({
        port: group.port,
        path: '/lab/sleep?ms=5',
        clients: 4,
        keepAlive: true,
        restMs: 5,
      });
      const watch = watchReady(group);
      const leaks = await leak(group, LEAK_SECONDS);
      await until('a replacement', () => replacementsOf(group, 'memory').length > 0, {
        withinMs: 60_000,
      });
      const { sent, failures } = await clients.stop();
      const least = await watch.stop();
      const replaced = replacementsOf(group, 'memory');
      report('F22', {
        seconds: LEAK_SECONDS,
        'MiB/s per worker': LEAK_MIB_PER_SECOND,
        sent: sent + leaks.length,
        failed: failures.length,
        'limit of failed': 0,
        replacements: replaced.length,
        'fewest READY': least,
      });
      expect(failures).toEqual([]);
      expect(leaks.map(({ status }) => status)).toEqual(leaks.map(() => 200));
      expect(replaced.length).toBeGreaterThanOrEqual(1);
      expect(least).toBeGreaterThanOrEqual(2);
    },
  );

  it(
    'F23 When all workers have grown too large together they are replaced one after another.',
    WAITING,
    async () => {
      const workers = 3;
      // None is replaced before all have grown: what takes its place must not grow.
      const recycle = {
        ...QUICK,
        minAgeMs: 15_000,
        maxRssBytes: 250 * MIB,
        hardRssBytes: 2 ** 31,
      };
      const group = await startGroup({ app: 'lab.app', options: { workers, recycle } });
      const before = await group.pids();
      const watch = watchReady(group);
      await growAll(group, 250);
      await until('all replaced', () => replacementsOf(group, 'memory').length === workers, {
        withinMs: 120_000,
      });
      const least = await watch.stop();
      const times = replacementsOf(group, 'memory').map(({ time }) => Number(time));
      const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
      report('F23', {
        replaced: times.length,
        'most at once': watch.most(),
        'limit at once': workers + 1,
        'shortest gap ms': Math.min(...gaps),
        'fewest READY': least,
      });
      expect(least).toBe(workers);
      expect(watch.most()).toBeLessThanOrEqual(workers + 1);
      expect(Math.min(...gaps)).toBeGreaterThan(QUICK.minIntervalMs);
      expect((await group.pids()).filter((pid) => before.includes(pid))).toEqual([]);
    },
  );
});

/** Lets workers grow, whichever is asked, so that all do by and by. */
function leak(group: TestGroup, seconds: number): Promise<Exchange[]> {
  return steadily({ everyMs: 1_000, forMs: seconds * 1_000 }, () =>
    group.get(`/lab/leak?mib=${LEAK_MIB_PER_SECOND * 2}`),
  );
}

/** Lets every worker keep so much more memory. */
async function growAll(group: TestGroup, mib: number): Promise<void> {
  const grown = new Set<number>();
  const { length } = await group.pids();
  await until('all have grown', async () => {
    if (grown.size === length) return true;
    grown.add(labAnswer(await group.get(`/lab/leak?mib=${mib}`)).pid);
    return false;
  });
}

function replacementsOf(group: TestGroup, kind: string) {
  return group.log.filter((record) => record.msg === 'worker replaced' && record['kind'] === kind);
}

/** Looks at the workers again and again; `stop` gives the fewest READY ones that were seen. */
function watchReady(group: TestGroup): { stop(): Promise<number>; most(): number } {
  const stopping = new AbortController();
  let least = Infinity;
  let most = 0;
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      const all = await group.everyWorker();
      // A stall of a busy machine is not a worker less.
      least = Math.min(
        least,
        all.filter(({ state }) => ['READY', 'STALLED'].includes(state)).length,
      );
      most = Math.max(most, all.length);
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      await sleep(20);
    }
  })();
  return {
    most: () => most,
    stop: async () => {
      stopping.abort();
      await watching;
      return least;
    },
  };
}
