import { readFileSync } from 'node:fs';

import { Injectable, Module } from '@nestjs/common';
import * as fc from 'fast-check';
import { LivenessCheck } from 'nestjs-buttress';
import { describe, expect, it } from 'vitest';

import { ITEM_SCHEMAS } from '../../support/item-schemas.ts';
import { DATA_SCHEMAS, envelopeOf } from '../../support/meta-schemas.ts';
import {
  AS_HTML,
  AS_JSON,
  Ledger,
  NASTY,
  type PagesApp,
  startPagesApp,
} from '../../support/pages-app.ts';
import { until } from '../../support/until.ts';

const NAMES = Object.keys(DATA_SCHEMAS);

@Injectable()
class Cache {
  @LivenessCheck({ name: 'cache' })
  fits(): string {
    return `it is full of ${NASTY}`;
  }

  @LivenessCheck({ name: 'disk' })
  hasRoom(): boolean {
    return true;
  }
}

@Module({ providers: [Cache] })
class CacheModule {}

// oxlint-disable no-control-regex -- they are what must not be there
/** What no page may hold: a script of its own, a style of its own, an event handler, nasty markup. */
const FORBIDDEN = [
  /<script(?![^>]* src=)/,
  /<style/,
  / style="/,
  /<[^>]+ on[a-z]+=/,
  /<img src=x/,
  /\u0000|\u001b|\u202e/,
];

async function busyApp(): Promise<PagesApp> {
  const pages = await startPagesApp();
  await pages.fetch('/orders/1', { headers: { 'user-agent': NASTY.replaceAll(/[^ -~]/g, '') } });
  await pages.fetch(`/say/${encodeURIComponent(NASTY)}`);
  await pages.fetch('/fail');
  return pages;
}

describe('pages', () => {
  it('are the same as their JSON, whose form is known and documented, one by one', async () => {
    const { ask, json } = await busyApp();
    const docs = readFileSync(new URL('../../../docs/meta.md', import.meta.url), 'utf8');
    const { links } = await json<{ links: { href: string }[] }>('/api/v1');
    const listed = links.flatMap(({ href }) => /^\/api\/v1\/([a-z-]+)$/.exec(href)?.[1] ?? []);
    expect(new Set(listed)).toEqual(new Set(NAMES));
    for (const name of NAMES) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const data = await ask(`/api/v1/${name}`);
      expect([name, data.status]).toEqual([name, 200]);
      const schema = envelopeOf(DATA_SCHEMAS[name] ?? DATA_SCHEMAS['workers']!);
      expect([name, schema.safeParse(JSON.parse(data.body)).error]).toEqual([name, undefined]);
      expect(docs).toContain(`\`${name}\``);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const page = await ask(`/${name}`, { headers: AS_HTML });
      expect([name, page.status, page.headers['content-type']]).toEqual([
        name,
        200,
        'text/html; charset=utf-8',
      ]);
      for (const forbidden of FORBIDDEN)
        expect([name, forbidden.exec(page.body)?.[0]]).toEqual([name, undefined]);
    }
  });

  it('have items with pages of their own', async () => {
    const { ask } = await busyApp();
    const started = await ask('/api/v1/operations/reset-statistics', {
      method: 'POST',
      headers: AS_JSON,
      body: '{}',
    });
    const { id } = JSON.parse(started.body) as { id: string };
    const items = [
      ['stats', 'http.server.request_duration'],
      ['operations', id],
      ['app', 'ledger'],
    ] as const;
    for (const [page, item] of items) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const data = await ask(`/api/v1/${page}/${item}`);
      const schema = envelopeOf(ITEM_SCHEMAS[page]!);
      expect([page, schema.safeParse(JSON.parse(data.body)).error]).toEqual([page, undefined]);
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const html = await ask(`/${page}/${item}`, { headers: AS_HTML });
      expect([page, html.status]).toEqual([page, 200]);
      for (const forbidden of FORBIDDEN) expect(html.body).not.toMatch(forbidden);
    }
    const found = await ask('/api/v1/stats?q=ORDER_size');
    expect(JSON.parse(found.body)).toMatchObject({ data: [{ name: 'shop.order_size' }] });
    expect((await ask('/api/v1/stats/nothing')).status).toBe(404);
    expect((await ask('/api/v1/workers/1')).status).toBe(404);
  });

  it.each([
    ['/workers', {}, 'application/json'],
    ['/workers', { accept: '*/*' }, 'application/json'],
    ['/workers', AS_HTML, 'text/html'],
    ['/workers', { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }, 'text/html'],
    ['/workers', { accept: 'application/json, text/html;q=0.5' }, 'application/json'],
    ['/workers?format=json', AS_HTML, 'application/json'],
    ['/workers?format=html', { accept: 'application/json' }, 'text/html'],
    ['/workers.json?format=html', AS_HTML, 'application/json'],
    ['/api/v1/workers?format=html', AS_HTML, 'application/json'],
    ['/', AS_HTML, 'text/html'],
    ['/', {}, 'application/json'],
  ])('come in the form that is asked for: %s %o', async (path, headers, type) => {
    const { ask } = await startPagesApp();
    const answer = await ask(path, { headers });
    expect(answer.headers['content-type']).toContain(type);
    expect(answer.headers['vary']).toMatch(/^accept(?:, accept-encoding)?$/);
  });

  it('answer errors as problems, or as a page', async () => {
    const { ask } = await startPagesApp();
    const problem = await ask('/nothing');
    expect(problem.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(JSON.parse(problem.body)).toEqual({
      title: 'Not Found',
      status: 404,
      detail: expect.any(String),
      code: 'ERR_BUTTRESS_META_NOT_FOUND',
    });
    const page = await ask('/nothing', { headers: AS_HTML });
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8']);
    expect((await ask('/api/v1/workers?worker=seven')).status).toBe(400);
    expect((await ask('/api/v1/process?worker=7')).status).toBe(404);
    expect((await ask('/api/v1/process?worker=0')).status).toBe(200);
  });

  it('show what the application brings, escaped, and only to visitors with the access', async () => {
    const { ask } = await startPagesApp({ maxAccess: 'operate' });
    const { body } = await ask('/app/ledger', { headers: AS_HTML });
    expect(body).toContain('<dt>entries</dt><dd>3</dd>');
    expect(body).toMatch(/data-value="2048">\s*2 KiB\s*</);
    expect(body).toContain('Made of &lt;script&gt;');
    expect(body).toContain('href="/app/ledger"');
    expect(body).not.toContain('/app/secrets');
    expect((await ask('/app/secrets')).status).toBe(403);
    expect((await ask('/app/other')).status).toBe(404);
  });

  it('are ready when the checks of the application pass', async () => {
    const { ask, app, json } = await startPagesApp();
    expect((await ask('/readyz')).status).toBe(200);
    app.get(Ledger).isWell = false;
    expect((await ask('/readyz')).status).toBe(503);
    const { data } = await json<{ data: { incidents: { text: string }[] } }>('/api/v1/overview');
    expect(data.incidents.map(({ text }) => text)).toContain(
      'Readiness check ledger fails in worker 0: returned false',
    );
  });

  it('R43: show an optional check that fails, and are ready', async () => {
    const { ask, app, json } = await startPagesApp();
    app.get(Ledger).isMirrored = false;
    expect((await ask('/readyz')).status).toBe(200);
    const { data } = await json<{ data: { incidents: { text: string }[] } }>('/api/v1/overview');
    expect(data.incidents.map(({ text }) => text)).toContain(
      'Optional check mirror fails in worker 0: no mirror',
    );
  });

  it('show which worker fails a liveness check, and why', async () => {
    const { ask, json, fetch } = await startPagesApp({}, { imports: [CacheModule] });
    const said = 'it is full of <script>';
    const { data: checks } = await until('the checks ran', async () => {
      const answer = await json<{ data: { value: object[] }[] }>('/api/v1/liveness');
      return answer.data[0]?.value.length === 2 && answer;
    });
    expect(checks[0]?.value).toEqual([
      expect.objectContaining({
        name: 'cache',
        status: 'down',
        error: expect.stringContaining(said) as string,
      }),
      expect.objectContaining({ name: 'disk', status: 'up' }),
    ]);
    const { data: overview } = await json<{ data: { incidents: object[] } }>('/api/v1/overview');
    expect(overview.incidents).toContainEqual(
      expect.objectContaining({
        kind: 'worker',
        severity: 'poor',
        text: expect.stringContaining(
          `Worker 0 fails its liveness check: cache: ${said}`,
        ) as string,
        href: '/liveness',
        endedAt: null,
      }),
    );
    await fetch('/orders/1');
    await fetch('/orders/2');
    const { data: workers } = await json<{ data: { requests: number }[] }>('/api/v1/workers');
    expect(workers).toEqual([
      expect.objectContaining({
        part: 'current',
        livenessFailure: expect.stringContaining(`cache: ${said}`) as string,
      }),
    ]);
    expect(workers[0]?.requests).toBe(2);
    for (const path of ['/', '/workers', '/liveness']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { body } = await ask(path, { headers: AS_HTML });
      expect([path, body.includes('it is full of &lt;script&gt;')]).toEqual([path, true]);
      for (const forbidden of FORBIDDEN) expect(body).not.toMatch(forbidden);
    }
  });

  it('mirror the probes on the application’s own listener, if asked to', async () => {
    const { fetch, app } = await startPagesApp({}, { meta: { probes: true } });
    expect([(await fetch('/livez')).status, (await fetch('/readyz')).status]).toEqual([200, 200]);
    app.get(Ledger).isWell = false;
    expect([(await fetch('/livez')).status, (await fetch('/readyz')).status]).toEqual([200, 503]);
    const without = await startPagesApp();
    expect((await without.fetch('/livez')).status).toBe(404);
  });

  it('tell of requests in flight, where they are, and of those that failed', async () => {
    const { json, fetch } = await busyApp();
    const { data } = await json<{
      data: {
        failed: { route: string; status: number }[];
        routes: { route: string; ever: number }[];
      };
    }>('/api/v1/requests');
    expect(data.failed).toEqual([expect.objectContaining({ route: '/fail', status: 500 })]);
    expect(data.routes).toContainEqual(expect.objectContaining({ route: '/orders/:id', ever: 1 }));
    await fetch('/orders/2');
    const { data: routes } = await json<{
      data: { path: string; handler: string; total: number }[];
    }>('/api/v1/routes');
    expect(routes).toContainEqual(
      expect.objectContaining({ path: '/orders/:id', handler: 'ShopController.order', total: 2 }),
    );
  });

  it('survive whatever is asked', async () => {
    const { ask } = await startPagesApp();
    const text = fc.string({ maxLength: 30 }).map((value) => encodeURIComponent(value));
    // As they are: escaped, they would say nothing.
    const hostile = fc.constantFrom(
      '..',
      '%00',
      '%2e%2e%2f',
      '%zz',
      '<script>',
      '__proto__',
      'constructor',
      'x'.repeat(400),
    );
    const piece = fc.oneof(text, hostile, hostile.map(encodeURIComponent));
    const paths = fc
      .array(piece, { minLength: 1, maxLength: 4 })
      .map((parts) => `/${parts.join('/')}`);
    const queries = fc
      .array(fc.tuple(piece, piece), { maxLength: 3 })
      .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
    await fc.assert(
      fc.asyncProperty(
        paths,
        queries,
        fc.constantFrom('GET', 'HEAD', 'POST', 'DELETE', 'PATCH'),
        fc.oneof(fc.constant('text/html'), fc.string({ maxLength: 60 })),
        async (path, query, method, header) => {
          const accept = header.replaceAll(/[^\u0020-\u007e]/g, '?');
          const answer = await ask(`${path}?${query}`, {
            method,
            headers: { accept, 'x-prometheus-scrape-timeout-seconds': accept },
          });
          expect(answer.status).toBeLessThan(500);
          expect(answer.headers['content-security-policy']).toContain("default-src 'none'");
          expect(answer.headers['x-content-type-options']).toBe('nosniff');
          // JSON may repeat what was asked: no browser runs it.
          const isJson = answer.headers['content-type']?.includes('json') === true;
          expect(isJson || !answer.body.includes('<script>')).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
    expect((await ask('/livez')).status).toBe(200);
  });

  it('cut what is too long', async () => {
    const { ask, app } = await startPagesApp();
    const ledger = app.get(Ledger);
    const { processReports } = await import('../../../lib/reports/process-reports.ts');
    const end = processReports().snapshot(
      'errors',
      () => [
        {
          name: 'Error',
          message: 'x'.repeat(1_000_000),
          stack: '<b>'.repeat(300_000),
          causes: [],
          count: 1,
          firstAt: 1,
          lastAt: 1,
        },
      ],
      { takesOver: true },
    );
    const page = await ask('/errors', { headers: AS_HTML });
    const data = await ask('/api/v1/errors');
    end();
    expect(ledger).toBeDefined();
    expect([page.status, data.status]).toEqual([200, 200]);
    expect(page.body.length).toBeLessThan(200_000);
    expect(data.body.length).toBeLessThan(200_000);
    expect(page.body).not.toContain('<b>');
  });
});
