import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { cpuSecondsOf } from '../support/process-tree.ts';
import { spread } from '../support/statistics.ts';
import { type Target, withTargets } from '../support/target.ts';
import type { BenchContext } from '../support/topic.ts';

const MAIN = fileURLToPath(new URL('./apps/dist/group.main.js', import.meta.url));

const WORKERS = 2;

/** CPU time of a worker for its pulse and the reports that the pages ask for, per second. */
const LIMIT_MS = 2;

/** After the start, whose garbage is collected seconds later. */
const SETTLE_MS = 15_000;

const PLANS = {
  quick: { starts: 1, slices: 2, sliceMs: 2_000 },
  full: { starts: 3, slices: 10, sliceMs: 5_000 },
} as const;

/** What an idle worker spends on telling the pages of itself, next to one that tells nothing. */
export async function measurePulse({ effort, note, report }: BenchContext): Promise<void> {
  const { starts, slices, sliceMs } = PLANS[effort];
  const differences: number[] = [];
  for (let start = 0; start < starts; start++) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    await withTargets([specOf('on'), specOf('off')], async (targets) => {
      await sleep(SETTLE_MS);
      const pids = await Promise.all(targets.map(workersOf));
      for (let slice = 0; slice < slices; slice++) {
        const before = pids.map(cpuSecondsOf);
        // oxlint-disable-next-line no-await-in-loop -- time in which they tell
        await sleep(sliceMs);
        const [on = NaN, off = NaN] = pids.map((own, at) => {
          return ((cpuSecondsOf(own) - (before[at] ?? 0)) * 1e6) / sliceMs / WORKERS;
        });
        differences.push(on - off);
        note(`pulse: ${on.toFixed(2)} / ${off.toFixed(2)} ms of CPU time a second`);
      }
    });
  }
  const { min, median, max } = spread(differences);
  const share = (value: number): number => value / LIMIT_MS;
  report({
    topic: 'meta',
    metric: 'pulse-cpu-per-second',
    unit: 'ms',
    against: 'limit',
    ours: median,
    peer: LIMIT_MS,
    ratio: { min: share(min), median: share(median), max: share(max) },
    bar: '<= 1',
    holds: median <= LIMIT_MS,
    pairs: differences.length,
    bound: share(median),
    verdict: median <= LIMIT_MS ? 'held' : 'missed',
  });
}

function specOf(insight: 'on' | 'off') {
  return { name: insight, main: MAIN, workers: WORKERS, env: { INSIGHT: insight } };
}

async function workersOf({ metaPort }: Target): Promise<number[]> {
  const answer = await fetch(`http://127.0.0.1:${metaPort}/api/v1/workers`);
  const { data } = (await answer.json()) as { data: { pid: number }[] };
  return data.map(({ pid }) => pid);
}
