import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { type Bar, barText } from '../support/bar.ts';
import { compare, type Pair } from '../support/pairs.ts';
import { median } from '../support/statistics.ts';
import { type BenchContext, comparedRow, type Topic } from '../support/topic.ts';
import type { Cost } from './recording.entry.ts';

const FASTER: Bar = { kind: 'at-most', limit: 1 };

/** Bytes of garbage per operation, in steady state. */
const MAX_BYTES = 1;

/** Ours, and what of prom-client does the same. */
const PAIRS = [
  ['value', 'histogram'],
  ['duration', 'histogram'],
  ['counter', 'prom-counter'],
] as const;

const STARTS = { quick: 2, full: 5 } as const;

const ENTRY = fileURLToPath(new URL('./recording.entry.ts', import.meta.url));

/** What it costs to record one value. */
export const stats: Topic = {
  name: 'stats',
  run: async (context) => {
    const rounds: Record<string, Cost>[] = [];
    for (let start = 0; start < STARTS[context.effort]; start++) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      rounds.push(...(await measure()));
    }
    for (const [ours, peer] of PAIRS) reportPair(context, rounds, { ours, peer });
  },
};

async function measure(): Promise<Record<string, Cost>[]> {
  // A young generation so large that nothing is collected while it is measured.
  const execArgv = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256'];
  const child = fork(ENTRY, { execArgv });
  const [rounds] = (await once(child, 'message')) as [Record<string, Cost>[]];
  return rounds;
}

function reportPair(
  { random, report }: BenchContext,
  rounds: readonly Record<string, Cost>[],
  { ours, peer }: { ours: string; peer: string },
): void {
  const times = (name: string): number[] => rounds.map((round) => round[name]?.nanoseconds ?? NaN);
  const peers = times(peer);
  const pairs: Pair[] = times(ours).map((one, at) => ({ ours: one, peer: peers[at] ?? NaN }));
  const against = `prom-client ${peer.replace('prom-', '')}`;
  const about = { topic: 'stats', metric: `${ours}-time`, unit: 'ns', against };
  report(comparedRow(about, FASTER, compare(pairs, { bar: FASTER, random })));

  const bytes = median(rounds.map((round) => round[ours]?.bytes ?? NaN));
  const peerBytes = median(rounds.map((round) => round[peer]?.bytes ?? NaN));
  report({
    topic: 'stats',
    metric: `${ours}-garbage`,
    ours: bytes,
    peer: peerBytes,
    ratio: { min: null, median: null, max: null },
    bar: `ours ${barText({ kind: 'at-most', limit: MAX_BYTES })}`,
    holds: bytes <= MAX_BYTES,
    unit: 'bytes',
    against,
    pairs: rounds.length,
    bound: bytes,
    verdict: bytes <= MAX_BYTES ? 'held' : 'missed',
  });
}
