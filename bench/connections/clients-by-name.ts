import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { Bar } from '../support/bar.ts';
import { comparePairs, inSlices, inTurn, type Pair } from '../support/pairs.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import type { Order } from './clients.entry.ts';

interface ComparedClient {
  client: Order['client'];
  metric: string;
  against: string;
  bar: Bar;
}

const CLIENTS: readonly ComparedClient[] = [
  {
    client: 'undici',
    metric: 'undici-request',
    against: 'undici Agent',
    bar: { kind: 'at-most', limit: 1.05 },
  },
  {
    client: 'pg',
    metric: 'pg-select-1',
    against: 'pg, host and port',
    bar: { kind: 'at-most', limit: 1.03 },
  },
  {
    client: 'redis',
    metric: 'redis-get',
    against: 'ioredis, host and port',
    bar: { kind: 'at-most', limit: 1.03 },
  },
];

const SIDES = ['ours', 'raw'] as const;

/** Short turns, many of them: a phase in which the machine is slow meets both sides. */
const CALLS = 1_000;

/** Calls until the code is compiled, per side. */
const WARM_UP_TURNS = 6;

/** `batch` pairs per start of the process. */
const PLANS = {
  quick: { batch: 15, min: 15, max: 15 },
  full: { batch: 25, min: 75, max: 200 },
} as const;

const ENTRY = fileURLToPath(new URL('./clients.entry.ts', import.meta.url));

/** What a call costs by a service's name; PostgreSQL and Redis must answer on their usual ports. */
export async function clientsByName(bench: BenchContext): Promise<void> {
  // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
  for (const client of CLIENTS) await compareClient(bench, client);
}

async function compareClient(
  { effort, random, note, report }: BenchContext,
  { client, metric, against, bar }: ComparedClient,
): Promise<void> {
  const comparison = await comparePairs({
    plan: PLANS[effort],
    bar,
    random,
    runBatch: async (count, first) => {
      const pairs = await measureBatch(client, count);
      note(`${metric}, pairs ${first + 1} to ${first + count}`);
      return pairs;
    },
  });
  const about = { topic: 'connections', metric, unit: 'µs', against };
  report(comparedRow(about, bar, comparison));
}

async function measureBatch(client: Order['client'], count: number): Promise<Pair[]> {
  const child = fork(ENTRY, { execArgv: [] });
  const ended = endOf(child);
  try {
    await answer(child, ended);
    const measure = (side: Order['side']): Promise<number> => {
      child.send({ client, side, calls: CALLS } satisfies Order);
      return answer(child, ended) as Promise<number>;
    };
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    for (let turn = 0; turn < WARM_UP_TURNS; turn++) await inTurn(SIDES, turn, measure);
    const [ours = [], peers = []] = await inSlices(SIDES, count, measure);
    return ours.map((one, index) => ({ ours: one, peer: peers[index] ?? NaN }));
  } finally {
    child.kill();
    await ended.catch(() => undefined);
  }
}

function endOf(child: ChildProcess): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  child.once('exit', (code) => reject(new Error(`the measured process ended with ${code}`)));
  promise.catch(() => undefined);
  return promise;
}

async function answer(child: ChildProcess, ended: Promise<never>): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  child.once('message', resolve);
  return Promise.race([promise, ended]);
}
