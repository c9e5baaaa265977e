import { describe, expect, it } from 'vitest';

import { ITEM_SCHEMAS } from '../../support/item-schemas.ts';
import { envelopeOf } from '../../support/meta-schemas.ts';
import { AS_HTML, type PagesApp, startPagesApp } from '../../support/pages-app.ts';
import { setupModule } from '../../support/setup-module.ts';
import { until } from '../../support/until.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const TRACED = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };

interface Requests {
  data: { failed: { id: string; traceId: string | null }[] };
}

interface OneRequest {
  data: { traceId: string | null; traceUrl: string | null };
}

async function failedId({ json }: PagesApp): Promise<string> {
  const failed = await until('a failed request', async () => {
    return (await json<Requests>('/api/v1/requests')).data.failed[0];
  });
  return failed.id;
}

describe('The page of a request', () => {
  it('has its waterfall, and leads to requests like it', async () => {
    const app = await startPagesApp();
    await app.fetch('/fail');
    const id = await failedId(app);
    const answer = JSON.parse((await app.ask(`/api/v1/requests/${id}`)).body) as object;
    expect(envelopeOf(ITEM_SCHEMAS['requests']!).safeParse(answer).error).toBeUndefined();
    const page = await app.ask(`/requests/${id}`, { headers: AS_HTML });
    expect(page.body).toContain('own time');
    expect(page.body).toContain('<h1>GET /fail</h1>');
    expect(page.body).toContain('href="/requests?route=GET%20%2Ffail"');
    expect(page.body).toMatch(/<span class="poor">500/);
    const list = await app.ask('/requests', { headers: AS_HTML });
    expect(list.body).toContain(`href="/requests/${id}"`);
  });

  it('leads to its trace where the setup names the place', async () => {
    const traceUrl = 'https://tempo.example/trace/{traceId}?from=pages';
    const setup = setupModule(`export default { traceUrl: '${traceUrl}' };`);
    const app = await startPagesApp({ setup });
    await app.fetch('/fail', { headers: TRACED });
    const id = await failedId(app);
    const { data } = await app.json<OneRequest>(`/api/v1/requests/${id}`);
    expect(data.traceUrl).toBe(`https://tempo.example/trace/${TRACE_ID}?from=pages`);
    const { body } = await app.ask(`/requests/${id}`, { headers: AS_HTML });
    expect(body).toContain(`href="https://tempo.example/trace/${TRACE_ID}?from=pages"`);
  });

  it('has no link without one', async () => {
    const app = await startPagesApp();
    const answer = await app.fetch('/fail', { headers: TRACED });
    expect(answer.status).toBe(500);
    const { data } = await app.json<OneRequest>(`/api/v1/requests/${await failedId(app)}`);
    expect(data).toMatchObject({ traceId: TRACE_ID, traceUrl: null });
  });

  it('is a 404 that says where to look when nothing is known', async () => {
    const app = await startPagesApp();
    const { status, body } = await app.ask('/api/v1/requests/nothing');
    expect(status).toBe(404);
    expect(body).toContain('search your log store');
  });
});
