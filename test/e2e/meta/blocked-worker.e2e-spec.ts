import { describe, expect, it } from 'vitest';

import { report } from '../../support/load.ts';
import { watchStanding } from '../../support/standing.ts';
import { startGroup } from '../../support/test-group.ts';
import { until } from '../../support/until.ts';

/** How long the pages wait for a worker, and what they may need themselves, in milliseconds. */
const GATHER_MS = 200;
const OWN_MS = 100;
const LIMIT_MS = GATHER_MS + OWN_MS;

interface Index {
  links: { href: string; methods: string[]; access: string }[];
}

describe('every page of a group with a blocked worker', () => {
  it('answers in part, within the wait for that worker and 100 ms', async () => {
    const group = await startGroup({
      app: 'logging.app',
      options: { supervision: { hungAfterMs: 120_000 } },
    });
    const index = JSON.parse((await group.page('/api/v1')).body) as Index;
    const paths = index.links
      .filter(({ href, methods }) => methods.includes('GET') && !href.includes('{'))
      .map(({ href }) => href);
    // Once before: what is measured is no first time.
    // oxlint-disable-next-line no-await-in-loop -- one after another
    for (const path of paths) await group.page(path);

    void group.get('/block/100000').catch(() => undefined);
    await until('the worker is missed', async () => {
      return (await group.envelope('/api/v1/workers')).workers.missing.length === 1;
    });
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
        if (result.status >= 500 || tookMs > LIMIT_MS) late[`${asked} ${result.status}`] = tookMs;
      }
    }
    report('Pages beside a blocked worker', {
      pages: paths.length,
      'longest ms': longest,
      'limit ms': LIMIT_MS,
    });
    expect(paths.length).toBeGreaterThan(20);
    expect(late).toEqual({});
  });
});
