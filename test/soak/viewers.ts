import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { privateMb } from '../../bench/memory/private-memory.ts';
import { processTree } from '../../bench/support/process-tree.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/until.ts';
import { LightLoad } from './light-load.ts';
import { SampleInCgroup } from './sample-in-cgroup.ts';
import { flatnessOf, type Sample, trendOf } from './trend.ts';

/** The pages of the sample under a light load, with viewers and a scraper. */

const GIB = 1 << 30;

/** More than these processes need: nothing of this is about a limit. */
const LIMIT_BYTES = 4 * GIB;

const SAMPLE_EVERY_MS = 5_000;

/** Time in which histories and rings fill, which is no leak. */
const WARM_UP_SHARE = 0.25;

/** As often as a page refreshes in a browser, and as a Prometheus scrapes. */
const VIEW_EVERY_MS = 2_000;
const SCRAPE_EVERY_MS = 15_000;

/** Growth of the process of the pages that counts as none, in MB per hour. */
const FLAT = 5;

/** What viewers have open: mostly the first page, as screens on a wall. */
const PAGES = [
  '/',
  '/',
  '/',
  '/overload',
  '/requests',
  '/logs',
  '/stats',
  '/routes',
  '/workers',
  '/',
];

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { minutes: { type: 'string', default: '60' }, rate: { type: 'string', default: '20' } },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.exitCode = await watchPages(Number(values.minutes), Number(values.rate));

/** 0 when all was answered and the memory of the pages stays as it is, else 1. */
async function watchPages(minutes: number, rate: number): Promise<0 | 1> {
  const [port, metaPort] = [await freePort(), await freePort()];
  const setup = { workers: 2, limitBytes: LIMIT_BYTES, port, metaPort };
  const sample = new SampleInCgroup(setup);
  await until('all workers READY', () => sample.areAllReady(), { withinMs: 120_000 });
  const pages = await pidOfPages(sample);
  const startedAt = Date.now();
  const endsAt = startedAt + minutes * 60_000;
  const isOver = (): boolean => Date.now() >= endsAt;
  const load = new LightLoad(port);
  const seen: Seen = { views: 0, failed: 0, longestMs: 0 };
  const url = `http://127.0.0.1:${metaPort}`;
  const memory: Sample[] = [];
  await Promise.all([
    load.run(rate, isOver),
    ...PAGES.map((path) => viewEvery(VIEW_EVERY_MS, `${url}${path}`, { seen, isOver })),
    viewEvery(SCRAPE_EVERY_MS, `${url}/metrics`, { seen, isOver }),
    measure(pages, memory, isOver),
  ]);
  const warm = memory.filter(({ at }) => at - startedAt > WARM_UP_SHARE * (endsAt - startedAt));
  const trend = trendOf(warm);
  const verdict = flatnessOf(trend, FLAT);
  console.log(
    JSON.stringify({ at: new Date().toISOString(), minutes, rate, ...seen, ...trend, verdict }),
  );
  console.log('workers', JSON.stringify(Object.fromEntries(sample.ends)));
  const code = await sample.end();
  return verdict !== 'missed' && seen.failed === 0 && code === 0 ? 0 : 1;
}

interface Seen {
  views: number;
  failed: number;
  longestMs: number;
}

async function viewEvery(
  everyMs: number,
  url: string,
  { seen, isOver }: { seen: Seen; isOver: () => boolean },
): Promise<void> {
  while (!isOver()) {
    const askedAt = performance.now();
    // oxlint-disable-next-line no-await-in-loop -- a viewer asks again when it has its answer
    const failure = await fetch(url, { headers: { accept: 'text/html' } })
      .then(async (answer) => {
        const body = await answer.text();
        return answer.ok && body !== '' ? undefined : `${answer.status} ${body}`;
      })
      .catch(String);
    seen.views++;
    if (failure !== undefined) {
      seen.failed++;
      console.log(new Date().toISOString(), url, failure.slice(0, 200));
    }
    seen.longestMs = Math.max(seen.longestMs, Math.round(performance.now() - askedAt));
    // oxlint-disable-next-line no-await-in-loop -- the pace is the point
    await sleep(everyMs);
  }
}

/** The process of the pages, the only one that is no worker. */
async function pidOfPages(sample: SampleInCgroup): Promise<number> {
  const workers = await sample.workerPids();
  const pages = processTree(sample.primaryPid).find(
    (pid) => pid !== sample.primaryPid && !workers.includes(pid),
  );
  if (pages === undefined) throw new Error('no process of the pages');
  return pages;
}

/** Samples its private memory. */
async function measure(pages: number, memory: Sample[], isOver: () => boolean): Promise<void> {
  while (!isOver()) {
    memory.push({ at: Date.now(), value: privateMb(pages) });
    // oxlint-disable-next-line no-await-in-loop -- one sample after another
    await sleep(SAMPLE_EVERY_MS);
  }
}
