import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import type { WorkerSnapshot } from '../../../lib/cluster/supervision/workers-snapshot.ts';
import { report, steadily, tally } from '../../support/load.ts';
import { type Exchange, labAnswer, outcome } from '../../support/raw-connection.ts';
import {
  launchGroup,
  type LogRecord,
  PATIENT,
  startGroup,
  type TestGroup,
} from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

const MIB = 1 << 20;
const WARN = 40;

/** Soon, and not for loops that are late: on a busy machine they are. */
const QUICK = {
  sampleIntervalMs: 500,
  samples: 2,
  minAgeMs: 1_000,
  minIntervalMs: 1_000,
  maxLoopDelayMs: 3_600_000,
};

describe('Limits of memory that are too small, or passed', () => {
  it(
    'R1 With limits below what a fresh worker weighs the service goes on, says what to do, and replaces less and less.',
    { timeout: 120_000 },
    async () => {
      const group = await launchGroup({
        app: 'lab.app',
        options: {
          acceptQueue: PATIENT,
          recycle: { ...QUICK, maxRssBytes: 60 * MIB, hardRssBytes: 64 * MIB },
        },
      });
      await until('the first worker', () => group.output.includes('serving'));
      const watch = watchReady(group);
      const halves: number[] = [];
      const answers: Exchange[] = [];
      for (let half = 0; half < 2; half++) {
        const before = replacementsOf(group).length;
        // oxlint-disable-next-line no-await-in-loop -- one half after the other
        const some = await steadily({ everyMs: 100, forMs: 15_000 }, () => group.get('/lab/who'));
        answers.push(...some);
        halves.push(replacementsOf(group).length - before);
      }
      const least = await watch.stop();
      const [first = 0, second = 0] = halves;
      report('R1', { 'replaced first': first, 'replaced then': second, 'fewest READY': least });
      expect(tally(answers.map(outcome))).toEqual(new Map([[200, answers.length]]));
      expect(least).toBeGreaterThanOrEqual(1);
      expect(first + second).toBeLessThanOrEqual(8);
      expect(second).toBeLessThanOrEqual(Math.max(2, first / 2));
      const warnings = group.log.filter(({ level }) => level === WARN);
      const remedies = warnings.filter((one) =>
        /maxRssBytes|hardRssBytes/.test(JSON.stringify(one)),
      );
      expect(remedies.length).toBeGreaterThanOrEqual(1);
    },
  );

  it('R1 A worker whose heap was large for a moment gives the memory back and stays.', async () => {
    const group = await startGroup({
      app: 'lab.app',
      options: {
        acceptQueue: PATIENT,
        recycle: { ...QUICK, samples: 10, maxRssBytes: 250 * MIB, hardRssBytes: 4_000 * MIB },
      },
    });
    const isLarge = ({ privateBytes }: WorkerSnapshot): boolean => (privateBytes ?? 0) > 250 * MIB;
    const large = await until('a worker with a large heap', async () => {
      await group.get('/lab/garbage?ms=1000');
      return (await group.everyWorker()).find(isLarge);
    });
    const shrinking = until('memory below the limit', async () => {
      const worker = (await group.everyWorker()).find(({ pid }) => pid === large.pid);
      return worker !== undefined && !isLarge(worker);
    });
    // V8 itself gives memory back where little is allocated.
    const answers = await steadily({ everyMs: 25, forMs: 10_000 }, () => {
      return group.get('/lab/garbage?ms=3');
    });
    await shrinking;
    expect(tally(answers.map(outcome))).toEqual(new Map([[200, answers.length]]));
    expect(replacementsOf(group)).toEqual([]);
  });

  it('R1 A worker that leaks beyond the hard limit is replaced, which is a warning in the log.', async () => {
    const group = await startGroup({
      app: 'lab.app',
      options: {
        acceptQueue: PATIENT,
        recycle: { ...QUICK, maxRssBytes: 250 * MIB, hardRssBytes: 300 * MIB },
      },
    });
    const { pid, slot } = labAnswer(await group.get('/lab/leak?mib=300'));
    await group.untilWorker(slot, 'replaced', (one) => one.pid !== pid && one.state === 'READY');
    const [replaced] = await until('the record', () => {
      const all = replacementsOf(group);
      return all.length > 0 && all;
    });
    expect(replaced).toMatchObject({ kind: 'hard-memory', pid, level: WARN });
    expect(labAnswer(await group.get('/lab/who')).pid).not.toBe(pid);
  });
});

function replacementsOf(group: TestGroup): LogRecord[] {
  return group.log.filter(({ msg }) => msg === 'worker replaced');
}

/** Looks at the workers again and again; `stop` gives the fewest READY ones that were seen. */
function watchReady(group: TestGroup): { stop(): Promise<number> } {
  const stopping = new AbortController();
  let least = Infinity;
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      const all = await group.everyWorker();
      // A stall of a busy machine is not a worker less.
      const ready = all.filter(({ state }) => ['READY', 'STALLED'].includes(state));
      least = Math.min(least, ready.length);
      // oxlint-disable-next-line no-await-in-loop -- one look after another
      await sleep(20);
    }
  })();
  return {
    stop: async () => {
      stopping.abort();
      await watching;
      return least;
    },
  };
}
