import { AppContext } from 'nestjs-buttress';
import { describe, expect, it } from 'vitest';

import { AS_HTML, AS_JSON, type PagesApp, startPagesApp } from '../../support/pages-app.ts';
import { until } from '../../support/until.ts';

interface Row {
  name: string;
  value: unknown;
  changed: { by: string } | null;
}

/** Starts an operation of a process that is alone, and waits for its end. */
async function run(pages: PagesApp, name: string, input: object): Promise<{ state: string }> {
  const { status, body } = await pages.ask(`/api/v1/operations/${name}`, {
    method: 'POST',
    headers: AS_JSON,
    body: JSON.stringify(input),
  });
  expect([status, body]).toEqual([202, expect.stringContaining('"id"')]);
  const { id } = JSON.parse(body) as { id: string };
  return until('the end of it', async () => {
    const { data } = await pages.json<{ data: { state: string } }>(`/api/v1/operations/${id}`);
    return data.state !== 'RUNNING' && data;
  });
}

async function rowOf(pages: PagesApp, name: string): Promise<Row | undefined> {
  const { data } = await pages.json<{ data: Row[] }>('/api/v1/settings');
  return data.find((row) => row.name === name);
}

describe('R43: settings of a process that is alone', () => {
  it('are changed and reset by operators, and read by the application', async () => {
    const pages = await startPagesApp({ allow: ['settings.set'] });
    const batch = pages.app.get(AppContext).settings.number('shop.batch', { default: 10 });
    const change = { name: 'shop.batch', value: 20, forMs: 60_000 };
    expect(await run(pages, 'settings.set', change)).toMatchObject({ state: 'DONE' });
    expect([batch.value, await rowOf(pages, 'shop.batch')]).toEqual([
      20,
      expect.objectContaining({ value: 20, changed: expect.objectContaining({ by: ANYONE }) }),
    ]);
    expect(await run(pages, 'settings.reset', { name: 'shop.batch' })).toMatchObject({
      state: 'DONE',
    });
    expect([batch.value, (await rowOf(pages, 'shop.batch'))?.changed]).toEqual([10, null]);
    expect(await run(pages, 'settings.reset', { name: 'shop.batch' })).toMatchObject({
      state: 'FAILED',
      error: 'no operator has changed the setting shop.batch',
    });
  });

  it('have forms that work without a script', async () => {
    const pages = await startPagesApp({ allow: ['settings.set'] });
    const isEager = pages.app.get(AppContext).settings.flag('shop.eager', { default: false });
    const page = (await pages.ask('/settings', { headers: AS_HTML })).body;
    expect(page).toContain('<input type="hidden" name="name" value="shop.eager" />');
    const { status } = await pages.ask('/operations/settings.set', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: pages.address },
      body: 'name=shop.eager&value=true&forMs=60000',
    });
    expect(status).toBe(303);
    await until('the change', () => isEager.value);
  });

  it('change nothing unless that is allowed', async () => {
    const pages = await startPagesApp();
    const { status, body } = await pages.ask('/api/v1/operations/settings.set', {
      method: 'POST',
      headers: AS_JSON,
      body: '{"name":"admission.turnMs","value":5}',
    });
    expect([status, body]).toEqual([403, expect.stringContaining("add 'settings.set'")]);
  });

  it.each(['settings.keep', 'settings.drop', 'settings.check'])(
    'are not changed past the checks, by %s',
    async (name) => {
      const pages = await startPagesApp({ allow: ['settings.set'] });
      const { status } = await pages.ask(`/api/v1/operations/${name}`, {
        method: 'POST',
        headers: AS_JSON,
        body: '{"name":"admission.turnMs","value":5,"by":"ada"}',
      });
      expect(status).toBe(404);
    },
  );
});

/** Name of a visitor of pages without authentication. */
const ANYONE = 'anyone on this machine';
