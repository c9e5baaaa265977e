import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

import { barText } from '../support/bar.ts';
import { spread } from '../support/statistics.ts';
import type { BenchContext, Row, Topic } from '../support/topic.ts';
import { measureReloads, type Reloaded } from './measure-reloads.ts';

interface Case {
  metric: string;
  main: 'careful' | 'trusting';
  workers: number;
  limitMs: number;
}

const CASES: readonly Case[] = [
  { metric: 'four-workers', main: 'careful', workers: 4, limitMs: 8_000 },
  { metric: 'four-workers-no-canary', main: 'trusting', workers: 4, limitMs: 3_000 },
];

const LARGE: Case = { metric: 'sixteen-workers', main: 'careful', workers: 16, limitMs: 20_000 };

/** Processors of a machine that sixteen workers fit on. */
const LARGE_FROM = 8;

const RELOADS = { quick: 1, full: 5 } as const;

/** How long a reload takes under a light load, and what it loses. */
export const reload: Topic = {
  name: 'reload',
  async run(context) {
    const isLarge = context.isLarge || availableParallelism() >= LARGE_FROM;
    for (const one of isLarge ? [...CASES, LARGE] : CASES) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      await runCase(context, one);
    }
  },
};

async function runCase(context: BenchContext, one: Case): Promise<void> {
  const { metric, main, workers, limitMs } = one;
  const reloads = await measureReloads({
    name: metric,
    main: fileURLToPath(new URL(`./apps/dist/${main}.main.js`, import.meta.url)),
    workers,
    count: RELOADS[context.effort],
    note: context.note,
  });
  context.report(durationRow({ metric, limitMs }, reloads));
  context.report(lostRow(metric, reloads));
}

function durationRow(
  { metric, limitMs }: Pick<Case, 'metric' | 'limitMs'>,
  reloads: readonly Reloaded[],
): Row {
  const { min, median, max } = spread(reloads.map(({ tookMs }) => tookMs));
  return {
    ...rowOf(metric, reloads),
    ours: median,
    peer: limitMs,
    ratio: { min: min / limitMs, median: median / limitMs, max: max / limitMs },
    bar: `ours ${barText({ kind: 'at-most', limit: limitMs })}`,
    holds: max <= limitMs,
    unit: 'ms',
    bound: max,
    verdict: max <= limitMs ? 'held' : 'missed',
    detail: { memory: memoryOf(reloads) },
  };
}

function lostRow(metric: string, reloads: readonly Reloaded[]): Row {
  const total = (pick: (one: Reloaded) => number): number => {
    return reloads.reduce((sum, one) => sum + pick(one), 0);
  };
  const lost = total((one) => one.lost + one.refused);
  return {
    ...rowOf(`${metric}-lost`, reloads),
    ours: lost,
    peer: 0,
    ratio: { min: null, median: null, max: null },
    bar: `ours ${barText({ kind: 'at-most', limit: 0 })}`,
    holds: lost === 0,
    unit: 'requests',
    bound: lost,
    verdict: lost === 0 ? 'held' : 'missed',
    detail: {
      load: {
        sent: total(({ sent }) => sent),
        'longest answer ms': Math.max(...reloads.map(({ longestMs }) => longestMs)),
      },
    },
  };
}

function rowOf(
  metric: string,
  { length: pairs }: readonly Reloaded[],
): Pick<Row, 'topic' | 'metric' | 'against' | 'pairs'> {
  return { topic: 'reload', metric, against: 'limit', pairs };
}

/** The highest peak of all reloads, in MiB and in workers above what is usual. */
function memoryOf(reloads: readonly Reloaded[]): Record<string, number> {
  const over = Math.max(...reloads.map(({ peakMib, usualMib }) => peakMib - usualMib));
  const [{ usualMib, workerMib } = { usualMib: NaN, workerMib: NaN }] = reloads;
  return {
    'usual MiB': usualMib,
    'worker MiB': workerMib,
    'over usual MiB': over,
    'over usual in workers': over / workerMib,
  };
}
