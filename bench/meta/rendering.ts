import { createServer } from 'node:http';

import { spread } from '../support/statistics.ts';
import type { BenchContext, Row } from '../support/topic.ts';
import { largeGroup } from './large-group.ts';

const WORKERS = 64;
const ROUTES = 500;
const LIMIT_MS = 50;

/** Overviews in a batch, so that single collections of garbage count for little. */
const OVERVIEWS = 20;
const BATCHES = { quick: 3, full: 15 } as const;

/** CPU time for one overview of a large group: answers of the workers are parsed, HTML is made. */
export async function measureRendering({ report, note, effort }: BenchContext): Promise<void> {
  const { pages, site, options } = await builtPages();
  const { source, tellPast } = largeGroup(WORKERS, ROUTES);
  const app = await pages.createPages({
    listener: options,
    option: 'meta',
    source,
    serverFactory: (handler) => createServer(handler),
  });
  try {
    const shown = app.get(site.Site);
    tellPast(Date.now());
    const visitor = { name: 'bench', access: 'read' } as const;
    const question = { ...shown.sources, visitor, worker: undefined, query: {} };
    const batch = async (): Promise<number> => {
      const before = process.cpuUsage();
      for (let at = 0; at < OVERVIEWS; at++) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        await shown.markup(shown.find('overview'), question);
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1_000 / OVERVIEWS;
    };
    await batch();
    const times: number[] = [];
    while (times.length < BATCHES[effort]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      times.push(await batch());
      note(`overview of ${WORKERS} workers: ${times.at(-1)?.toFixed(1)} ms`);
    }
    report(rowOf(times));
  } finally {
    await app.close();
  }
}

function rowOf(times: readonly number[]): Row {
  const { min, median, max } = spread(times);
  return {
    topic: 'meta',
    metric: 'overview-64-workers-500-routes',
    ours: median,
    peer: LIMIT_MS,
    ratio: { min: min / LIMIT_MS, median: median / LIMIT_MS, max: max / LIMIT_MS },
    bar: `ours <= ${LIMIT_MS} ms`,
    holds: max <= LIMIT_MS,
    unit: 'ms',
    against: 'limit',
    pairs: times.length,
    bound: max,
    verdict: max <= LIMIT_MS ? 'held' : 'missed',
  };
}

function built(path: string): Promise<unknown> {
  return import(new URL(`../../dist/${path}.js`, import.meta.url).href);
}

/** What is built: sources with decorators do not run as they are. */
async function builtPages() {
  const pages = (await built('meta/pages.app')) as typeof import('../../lib/meta/pages.app.ts');
  const site = (await built('meta/site')) as typeof import('../../lib/meta/site.ts');
  const { secondaryListenerOptions } = (await built(
    'common/http/secondary-listener.options',
  )) as typeof import('../../lib/common/http/secondary-listener.options.ts');
  const { thisMachine } = (await built(
    'common/options/machine',
  )) as typeof import('../../lib/common/options/machine.ts');
  const options = secondaryListenerOptions.check('meta', { port: 0 }, thisMachine());
  return { pages, site, options };
}
