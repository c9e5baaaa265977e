import { describe, expect, it } from 'vitest';

import { report, steadily } from '../../support/load.ts';
import { watchStanding } from '../../support/standing.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** How long the pages wait for a worker, and what they may need themselves, in milliseconds. */
const GATHER_MS = 200;
const OWN_MS = 100;
const LIMIT_MS = GATHER_MS + OWN_MS;

interface Index {
  links: { href: string; methods: string[]; access: string }[];
}

/** Time after which the pages have asked all workers for what stands while they are silent. */
const ASKED_AFTER_MS = 7_000;

/** Requests while the pages are read, each on a connection of its own: the queue is full. */
const FLOOD = { everyMs: 2, forMs: 10_000 };

describe('every page of a group', () => {
  it.each([
    ['one of two workers is blocked', 1],
    ['all workers are blocked, at ten times the load', 2],
  ])('answers within the wait for a worker and 100 ms while %s', async (_, blocked) => {
    const group = await startGroup({
      app: 'logging.app',
      options: { workers: 2, supervision: { hungAfterMs: 120_000, quorum: 1 } },
    });
    const index = JSON.parse((await group.page('/api/v1')).body) as Index;
    const paths = index.links
      .filter(({ href, methods }) => methods.includes('GET') && !href.includes('{'))
      .map(({ href }) => href);
    await group.get('/count');
    // Once before: what is measured is no first time.
    // oxlint-disable-next-line no-await-in-loop -- one after another
    for (const path of paths) await group.page(path);
    const startedAt = Date.now();
    await until('a look at all workers', () => Date.now() - startedAt > ASKED_AFTER_MS);

    for (let count = 1; count <= blocked; count++) {
      void group.get('/block/100000').catch(() => undefined);
      // oxlint-disable-next-line no-await-in-loop -- the next one goes to another worker
      await until('the worker is missed', async () => {
        return (await group.envelope('/api/v1/workers')).workers.missing.length === count;
      });
    }
    const send = (): Promise<unknown> => group.get('/count').catch(() => undefined);
    const flood = blocked === 2 ? steadily(FLOOD, send) : undefined;
    const late: Record<string, number> = {};
    let longest = 0;
    for (const path of paths) {
      const page = path.replace('/api/v1', '');
      for (const [asked, headers] of [
        [path, {}],
        [page, { accept: 'text/html' }],
      ] as const) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const { result, stoodMs } = await watchStanding(() => group.page(asked, headers));
        const tookMs = result.tookMs - stoodMs;
        longest = Math.max(longest, tookMs);
        const isFailed = result.status >= 500 && asked !== '/readyz';
        if (isFailed || tookMs > LIMIT_MS) late[`${asked} ${result.status}`] = tookMs;
      }
    }
    report(`Pages beside ${blocked} of 2 blocked workers`, {
      pages: paths.length,
      'longest ms': longest,
      'limit ms': LIMIT_MS,
    });
    expect(paths.length).toBeGreaterThan(20);
    expect(late).toEqual({});
    await expectStanding(group, blocked);
    await flood;
  });
});

/** What the silent workers have told before stands, with its age. */
async function expectStanding(group: TestGroup, blocked: number): Promise<void> {
  const html = { accept: 'text/html' };
  const [overview, overload, workers] = [
    (await group.page('/', html)).body,
    (await group.page('/overload', html)).body,
    (await group.page('/workers', html)).body,
  ];
  expect(overview).toContain('GET /count');
  expect(overload).not.toContain('No worker has reported');
  expect(overload).toMatch(/figures from .* stand for/);
  expect(workers.match(/blocked for/g)).toHaveLength(blocked);
  const { stale = [], missing } = (await group.envelope('/api/v1/overload')).workers;
  expect(stale.map(({ worker }) => worker)).toEqual(missing);
}
