import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Bar } from '../support/bar.ts';
import { compare } from '../support/pairs.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import type { PooledRound } from './pooled-sockets.entry.ts';

/** No more than what services use today. */
const NO_DEARER: Bar = { kind: 'at-most', limit: 1 };

/** Processes that are started, one after the other: two of one build differ. */
const STARTS = { quick: 2, full: 7 } as const;

const ENTRY = fileURLToPath(new URL('./pooled-sockets.entry.ts', import.meta.url));

/** CPU time to take a pooled socket and to give it back, next to generic-pool. */
export async function pooledSockets({ effort, random, report, note }: BenchContext): Promise<void> {
  const rounds: PooledRound[] = [];
  for (let start = 0; start < STARTS[effort]; start++) {
    note(`connections: pooled sockets, process ${start + 1} of ${STARTS[effort]}`);
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    rounds.push(...(await measure()));
  }
  const about = { topic: 'connections', unit: 'µs', against: 'generic-pool' };
  for (const metric of ['one-at-a-time', 'ten-at-once'] as const) {
    const pairs = rounds.map((round) => round[metric]);
    const named = { ...about, metric: `acquire-release-${metric}` };
    report(comparedRow(named, NO_DEARER, compare(pairs, { bar: NO_DEARER, random })));
  }
}

async function measure(): Promise<PooledRound[]> {
  const child = fork(ENTRY, { execArgv: [], env: { ...process.env, NODE_ENV: 'production' } });
  const [rounds] = (await once(child, 'message')) as [PooledRound[]];
  return rounds;
}
