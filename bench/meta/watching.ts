import { fileURLToPath } from 'node:url';

import type { Bar } from '../support/bar.ts';
import { openLoop } from '../support/open-loop.ts';
import { comparePairs, inTurn, type Pair } from '../support/pairs.ts';
import { cpuSecondsOf } from '../support/process-tree.ts';
import { type Target, withTargets } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';

const MAIN = fileURLToPath(new URL('./apps/dist/group.main.js', import.meta.url));

const WORKERS = 2;
/** As in `accept` and `context`. */
const RATE = 4_000;
const CLIENTS = 32;
const MICROSECONDS_PER_SECOND = 1e6;

/** As a browser on the overview, and a scraper. */
const OVERVIEW_EVERY_MS = 2_000;
const SCRAPE_EVERY_MS = 1_000;

const BAR: Bar = { kind: 'at-most', limit: 1.02 };

const PLANS = {
  quick: { plan: { batch: 3, min: 3, max: 3 }, seconds: 4, warmUp: 4 },
  full: { plan: { batch: 15, min: 30, max: 90 }, seconds: 4, warmUp: 20 },
} as const;

/** CPU time of the workers per request, while the pages are looked at and while nobody does. */
export async function measureWatching(context: BenchContext): Promise<void> {
  const { random, note, report, effort } = context;
  const { plan, seconds, warmUp } = PLANS[effort];
  const comparison = await comparePairs({
    plan,
    bar: BAR,
    random,
    runBatch: (count, first) =>
      withTargets([{ name: 'buttress', main: MAIN, workers: WORKERS }], async ([target]) => {
        if (target === undefined) throw new Error('nothing was started');
        const group = await groupOf(target);
        const pairs: Pair[] = [];
        // Until code is compiled: else that is measured.
        await measure(group, 'watched', warmUp);
        for (let at = 0; at < count; at++) {
          // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
          const [watched = NaN, alone = NaN] = await inTurn(
            ['watched', 'alone'] as const,
            first + at,
            (how) => measure(group, how, seconds),
          );
          pairs.push({ ours: watched, peer: alone });
          note(`watched / alone: ${watched.toFixed(1)} / ${alone.toFixed(1)} µs`);
        }
        return pairs;
      }),
  });
  const about = {
    topic: 'meta',
    metric: 'worker-cpu-per-request',
    unit: 'µs',
    against: 'not watched',
  };
  report(comparedRow(about, BAR, comparison));
}

interface RunningGroup {
  port: number;
  pages: string;
  pids: number[];
}

async function groupOf({ port, metaPort }: Target): Promise<RunningGroup> {
  const pages = `http://127.0.0.1:${metaPort}`;
  const answer = await fetch(`${pages}/api/v1/workers`);
  const { data } = (await answer.json()) as { data: { pid: number }[] };
  return { port, pages, pids: data.map(({ pid }) => pid) };
}

/** Microseconds of the workers per request. @throws Error when one was not answered well */
async function measure(
  { port, pages, pids }: RunningGroup,
  how: 'watched' | 'alone',
  seconds: number,
): Promise<number> {
  const stop = how === 'watched' ? watch(pages) : () => undefined;
  let before = NaN;
  const spec = { port, path: '/items/1', rate: RATE, seconds, connections: CLIENTS };
  const { sent, refused, lost } = await openLoop(spec, () => {
    before = cpuSecondsOf(pids);
  });
  const used = cpuSecondsOf(pids) - before;
  stop();
  if (refused + lost > 0) throw new Error(`${refused + lost} requests failed`);
  return (used * MICROSECONDS_PER_SECOND) / sent;
}

function watch(pages: string): () => void {
  const look = (path: string, accept: string): void => {
    void fetch(`${pages}${path}`, { headers: { accept } })
      .then((answer) => answer.arrayBuffer())
      .catch(() => undefined);
  };
  const timers = [
    setInterval(() => look('/', 'text/html'), OVERVIEW_EVERY_MS),
    setInterval(() => look('/metrics', 'text/plain'), SCRAPE_EVERY_MS),
  ];
  return () => {
    for (const timer of timers) clearInterval(timer);
  };
}
