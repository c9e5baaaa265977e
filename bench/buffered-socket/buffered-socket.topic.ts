import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Bar } from '../support/bar.ts';
import { compare, type Pair } from '../support/pairs.ts';
import { median } from '../support/statistics.ts';
import { type BenchContext, comparedRow, type Topic } from '../support/topic.ts';
import type { Round, TaskName } from './parsing.entry.ts';

interface Comparison {
  task: TaskName;
  ours: string;
  against: string;
  bar: Bar;
  /** What is done so often per run, for a rate. */
  count: number;
  unit: string;
}

const BY_HAND: Bar = { kind: 'at-least', limit: 0.7 };
const FASTER: Bar = { kind: 'at-least', limit: 1 };
const HUNDREDFOLD: Bar = { kind: 'at-least', limit: 100 };

const lines = { task: 'lines', count: 200, unit: 'k/s' } as const;
const frames = { task: 'length-prefixed', count: 200, unit: 'k/s' } as const;
const large = { task: 'large message', count: 4, unit: 'MiB/s' } as const;

const TASKS = [lines.task, frames.task, large.task];

/** Rates, so that more is better. */
const COMPARISONS: readonly Comparison[] = [
  { ...lines, ours: 'tryReadUntil', against: 'data handler', bar: BY_HAND },
  { ...lines, ours: 'tryReadUntil', against: 'concat per chunk', bar: BY_HAND },
  { ...frames, ours: 'tryReadMessage', against: 'data handler', bar: BY_HAND },
  { ...frames, ours: 'tryReadExactly', against: 'it-byte-stream', bar: FASTER },
  { ...large, ours: 'tryReadUntil', against: 'concat per chunk', bar: HUNDREDFOLD },
  { ...large, ours: 'readExactly', against: 'it-byte-stream', bar: FASTER },
];

const STARTS = { quick: 1, full: 5 } as const;

const ENTRY = fileURLToPath(new URL('./parsing.entry.ts', import.meta.url));
const MS_PER_SECOND = 1_000;

/** What it costs to make messages of chunks. */
export const bufferedSocket: Topic = {
  name: 'buffered-socket',
  run: async (context) => {
    for (const task of TASKS) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      const rounds = await measureStarts(context, task);
      for (const comparison of COMPARISONS) {
        if (comparison.task === task) reportPairs(context, rounds, comparison);
      }
    }
  },
};

async function measureStarts({ effort, note }: BenchContext, task: TaskName): Promise<Round[]> {
  const rounds: Round[] = [];
  for (let start = 0; start < STARTS[effort]; start++) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    rounds.push(...(await measure(task)));
    note(`buffered-socket, ${task}: ${rounds.length} rounds`);
  }
  return rounds;
}

/** Each task in a process of its own: what one leaves in memory costs the others time. */
async function measure(task: TaskName): Promise<Round[]> {
  const child = fork(ENTRY, [task], { execArgv: ['--expose-gc'] });
  const [rounds] = (await once(child, 'message')) as [Round[]];
  return rounds;
}

function reportPairs(
  { random, report }: BenchContext,
  rounds: readonly Round[],
  { task, ours, against, bar, count, unit }: Comparison,
): void {
  const rates = (way: string): number[] =>
    rounds.map((round) => (count * MS_PER_SECOND) / (round[way] ?? NaN));
  const peers = rates(against);
  const pairs: Pair[] = rates(ours).map((one, at) => ({ ours: one, peer: peers[at] ?? NaN }));
  const ways = Object.keys(rounds[0] ?? {});
  const detail = { [unit]: Object.fromEntries(ways.map((way) => [way, median(rates(way))])) };
  const about = { topic: 'buffered-socket', metric: `${task}, ${ours}`, unit, against, detail };
  report(comparedRow(about, bar, compare(pairs, { bar, random })));
}
