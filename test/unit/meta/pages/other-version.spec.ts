import { describe, expect, it } from 'vitest';

import { healthPage } from '../../../../lib/meta/pages/health.page.ts';
import { overloadPage } from '../../../../lib/meta/pages/overload.page.ts';
import { overviewPage } from '../../../../lib/meta/pages/overview/overview.page.ts';
import type { Page } from '../../../../lib/meta/pages/page.ts';
import { html } from '../../../../lib/meta/view/html.ts';
import type { ReportsSource } from '../../../../lib/reports/reports-source.ts';
import { questionTo } from '../question-to.ts';

const ROUTE = { method: 'GET', route: '/a', ever: 5, count: 5, failed: 0, totalMs: 50, maxMs: 20 };

const ADMISSION = {
  groups: [],
  history: [],
  shares: {},
  memory: { rung: 'NONE', fraction: 0.5 },
  bodies: { reading: 0, tooSlow: 0 },
};

const CHECK = { status: 'up', counts: true, tookMs: 1, at: 1_800_000_000_000 };

/** Reports of a worker of this version; all others are empty. */
const REPORTS: Record<string, object> = {
  'busiest-routes': { routes: [{ ...ROUTE, buckets: [] }] },
  admission: ADMISSION,
  readiness: { isReady: true, checks: [{ ...CHECK, name: 'ledger' }] },
  liveness: [{ ...CHECK, name: 'cache' }],
};

const PRIMARY: Record<string, unknown> = {
  group: { host: 'here', environment: null, startedAt: '2026-11-29T12:00:00.000Z' },
  health: { isReady: true, readyWorkers: 1, quorum: 1, failure: null },
  recycling: { options: null, underWay: [], history: [], reload: null, stoppedReload: null },
  workers: [1, 2].map((id) => {
    return { id, slot: id, part: 'current', state: 'READY', lastExit: null, unmanaged: [] };
  }),
};

/** A group whose second worker answers in another form. */
const SOURCE = {
  primary: async (name: string) => PRIMARY[name] ?? [],
  workers: async (name: string) => ({
    answers: [
      { identity: { role: 'worker', id: 1 }, value: REPORTS[name] ?? {} },
      { identity: { role: 'worker', id: 2 }, value: { other: 1 } },
    ],
    without: [],
    missing: [],
    errors: [],
  }),
} as unknown as ReportsSource;

async function show(page: Page): Promise<string> {
  const question = questionTo(SOURCE);
  return html`${page.render(await page.load(question), question)}`.markup;
}

describe('While a worker runs another version of the package,', () => {
  it('the overview has the routes of the others', async () => {
    expect(await show(overviewPage)).toContain('GET /a');
  });

  it('the page of health has the checks of the others', async () => {
    const markup = await show(healthPage);
    expect(markup).toContain('ledger');
    expect(markup).toContain('cache');
    expect(markup).toContain('no answer');
  });

  it('the page of overload has the others, and says so of that one', async () => {
    const markup = await show(overloadPage);
    expect(markup).toContain('50 %');
    expect(markup).toContain('another version of this package made it');
  });
});
