import { mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { AS_HTML, AS_JSON, askPages, startPagesApp } from '../../support/pages-app.ts';
import { setupModule } from '../../support/setup-module.ts';
import { until } from '../../support/until.ts';

const LEVEL = JSON.stringify({ context: '*', level: 'info', ttlMs: 1_000 });

const USERS = `export default {
  brand: { title: 'Receipts', color: '#aa2211' },
  redact: ['said'],
  users: {
    reader: { password: 'one', access: 'read' },
    operator: { password: 'two', access: 'operate' },
    nobody: { password: 'three', access: 'none' },
  },
};`;

function basic(name: string, password: string): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` };
}

describe('the guard of the pages', () => {
  it('is off without options of a listener', async () => {
    const { app } = await startPagesApp({ port: 0 });
    expect(app).toBeDefined();
    const { ButtressModule } = await import('nestjs-buttress');
    const { MetaModule } = await import('nestjs-buttress/meta');
    const { startApp } = await import('../../support/nest-app.ts');
    const other = await startApp({ imports: [ButtressModule.forRoot({ logging: false })] });
    expect(other.app.get(MetaModule).address).toBeUndefined();
  });

  it('listens on loopback, and refuses to be reachable without authentication', async () => {
    const { address } = await startPagesApp();
    expect(new URL(address).hostname).toBe('127.0.0.1');
    await expect(startPagesApp({ host: '0.0.0.0' })).rejects.toThrow(
      /loopback address unless meta.listener.setup/,
    );
    const setup = setupModule('export default { brand: { title: "x" } };');
    await expect(startPagesApp({ host: '0.0.0.0', setup })).rejects.toThrow(
      /must export `users` or `authenticate`/,
    );
  });

  it('can be a unix socket that only its user may open', async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'meta-socket-')), 'pages.sock');
    const { address } = await startPagesApp({ path });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect((await askPages(address, '/api/v1')).status).toBe(200);
  });

  it.each([
    ['evil.example', 421],
    ['evil.example:3001', 421],
    ['127.0.0.1.evil.example', 421],
    ['10.1.2.3', 421],
    ['localhost', 200],
    ['127.0.0.1:9999', 200],
    ['[::1]:80', 200],
    ['pages.internal', 200],
  ])('goes by its own names alone: %s', async (host, status) => {
    const { ask } = await startPagesApp({ allowedHosts: ['pages.internal'] });
    expect((await ask('/api/v1/workers', { headers: { host } })).status).toBe(status);
    expect((await ask('/livez', { headers: { host } })).status).toBe(200);
  });

  it('lets nothing change by GET or HEAD, and says what may be used', async () => {
    const { ask } = await startPagesApp();
    for (const path of ['/api/v1/operations/reset-statistics', '/operations/reset-statistics']) {
      for (const method of ['GET', 'HEAD', 'PUT', 'DELETE']) {
        // oxlint-disable-next-line no-await-in-loop -- one after another
        const answer = await ask(path, { method, headers: AS_JSON });
        expect([method, answer.status, answer.headers['allow']]).toEqual([method, 405, 'POST']);
      }
    }
    expect(
      (await ask('/api/v1/workers', { method: 'POST', headers: AS_JSON, body: '{}' })).status,
    ).toBe(405);
  });

  it.each([
    ['JSON from a program', AS_JSON, 200],
    ['JSON from our page', { ...AS_JSON, 'sec-fetch-site': 'same-origin' }, 200],
    ['JSON typed in', { ...AS_JSON, 'sec-fetch-site': 'none' }, 200],
    ['JSON from another site', { ...AS_JSON, 'sec-fetch-site': 'cross-site' }, 403],
    ['JSON from a sibling', { ...AS_JSON, 'sec-fetch-site': 'same-site' }, 403],
    ['JSON of another origin', { ...AS_JSON, origin: 'http://evil.example' }, 403],
    ['JSON of no origin', { ...AS_JSON, origin: 'null' }, 403],
    ['text', { 'content-type': 'text/plain' }, 415],
    ['a form of nobody', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    [
      'text from another site',
      { 'content-type': 'text/plain', origin: 'http://evil.example' },
      403,
    ],
    [
      'a form of another site',
      { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'cross-site' },
      403,
    ],
    ['nothing said', {}, 415],
  ])('takes changes from our own pages and from programs: %s', async (_what, headers, status) => {
    const { ask } = await startPagesApp();
    const answer = await ask('/api/v1/log-levels', { method: 'POST', headers, body: LEVEL });
    expect(answer.status).toBe(status);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('takes the form of our own page', async () => {
    const { ask, address } = await startPagesApp();
    const answer = await ask('/operations/reset-statistics', {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        origin: address,
        host: new URL(address).host,
      },
      body: '',
    });
    expect(answer.status).toBe(303);
    expect(answer.headers['location']).toMatch(/^\/operations\/[\da-f]{24}$/);
  });

  it('asks a visitor for a name, and grants the access of that name, up to the cap', async () => {
    const setup = setupModule(USERS);
    const { ask } = await startPagesApp({ setup, allow: ['cpu-profile'] });
    const refused = await ask('/api/v1/workers');
    expect([refused.status, refused.headers['www-authenticate']]).toEqual([
      401,
      expect.stringContaining('Basic'),
    ]);
    const statusOf = async (
      name: string,
      password: string,
      path = '/api/v1/workers',
    ): Promise<number> => (await ask(path, { headers: basic(name, password) })).status;
    expect(await statusOf('reader', 'one')).toBe(200);
    expect(await statusOf('reader', 'two')).toBe(401);
    expect(await statusOf('stranger', 'one')).toBe(401);
    expect(await statusOf('nobody', 'three')).toBe(403);
    expect(await statusOf('reader', 'one', '/app/secrets')).toBe(403);
    expect((await ask('/livez')).status).toBe(200);
    const set = async (name: string, password: string): Promise<number> =>
      (
        await ask('/api/v1/log-levels', {
          method: 'POST',
          headers: { ...AS_JSON, ...basic(name, password) },
          body: LEVEL,
        })
      ).status;
    expect([await set('reader', 'one'), await set('operator', 'two')]).toEqual([403, 200]);
  });

  it('caps the access of every visitor', async () => {
    const { ask } = await startPagesApp({ setup: setupModule(USERS), maxAccess: 'read' });
    const headers = { ...AS_JSON, ...basic('operator', 'two') };
    expect((await ask('/api/v1/log-levels', { method: 'POST', headers, body: LEVEL })).status).toBe(
      403,
    );
    expect((await ask('/api/v1/workers', { headers })).status).toBe(200);
  });

  it('stops telling whether passwords are wrong after many of them', async () => {
    const { ask } = await startPagesApp({ setup: setupModule(USERS) });
    for (let n = 0; n < 30; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect((await ask('/api/v1', { headers: basic('reader', `wrong ${n}`) })).status).toBe(401);
    }
    expect((await ask('/api/v1', { headers: basic('reader', 'two') })).status).toBe(429);
    expect((await ask('/api/v1', { headers: basic('reader', 'one') })).status).toBe(200);
  });

  it('asks an authenticate of the setup, and shows the brand without what it redacts', async () => {
    const setup = setupModule(`export default {
      brand: { title: 'Receipts <b>' },
      redact: ['handler'],
      authenticate: async ({ headers, path, method, remoteAddress }) =>
        headers['x-who'] && path && method && remoteAddress ? { name: headers['x-who'], access: 'operate' } : undefined,
    };`);
    const { ask } = await startPagesApp({ setup });
    expect((await ask('/api/v1')).status).toBe(401);
    const headers = { 'x-who': 'ops', ...AS_HTML };
    const { body } = await ask('/', { headers });
    expect(body).toContain('Receipts &lt;b&gt;');
    const routes = await ask('/api/v1/routes', { headers: { 'x-who': 'ops' } });
    expect(routes.body).toContain('"handler":"[redacted]"');
  });

  it('is in Fastify’s own hook: HEAD, unknown paths and files are guarded too', async () => {
    const { ask } = await startPagesApp({ setup: setupModule(USERS) });
    for (const [method, path] of [
      ['HEAD', '/'],
      ['HEAD', '/api/v1/workers'],
      ['GET', '/nothing/at/all'],
      ['GET', '/assets/x/style.css'],
      ['GET', '/metrics'],
      ['GET', '//api/v1/workers'],
      ['GET', '/api/v1/workers/'],
      ['GET', '/API/V1/workers'],
      ['GET', '/%61pi/v1/workers'],
    ] as const) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect([path, (await ask(path, { method })).status]).toEqual([path, 401]);
    }
  });

  it('sends the strict headers with every answer, also with errors', async () => {
    const { ask } = await startPagesApp();
    for (const path of [
      '/',
      '/api/v1/workers',
      '/nothing',
      '/api/v1/stats/nothing',
      '/livez',
      '/%zz',
    ]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const { headers } = await ask(path, { headers: AS_HTML });
      expect(headers['content-security-policy']).toBe(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
    }
  });

  it('records every change: who, what, before and after, and those that were refused by workers', async () => {
    const { ask, json } = await startPagesApp();
    const set = (body: string): Promise<unknown> =>
      ask('/api/v1/log-levels', { method: 'POST', headers: AS_JSON, body });
    await set(JSON.stringify({ context: 'Shop', level: 'debug', ttlMs: 5_000 }));
    await set(JSON.stringify({ context: '*', level: 'loud' }));
    const { data } = await json<{ data: { audit: Record<string, unknown>[] } }>(
      '/api/v1/operations',
    );
    expect(data.audit).toEqual([
      expect.objectContaining({
        what: 'log-levels',
        outcome: 'failed',
        error: expect.stringContaining('level must be'),
      }),
      expect.objectContaining({
        what: 'log-levels',
        by: 'anyone on this machine',
        outcome: 'done',
        before: [{ worker: 0, value: expect.objectContaining({ overrides: [] }) }],
        after: [
          {
            worker: 0,
            value: expect.objectContaining({
              overrides: [expect.objectContaining({ context: 'Shop' })],
            }),
          },
        ],
      }),
    ]);
  });

  it('hides the environment unless it is allowed, secret names in any case', async () => {
    process.env['META_TEST_PLAIN'] = 'to be seen';
    process.env['META_TEST_PASSWORD'] = 'never';
    const show = ['META_TEST_PLAIN', 'META_TEST_PASSWORD'];
    const { json } = await startPagesApp({}, { meta: { showEnv: show } });
    const { data } = await json<{ data: { value: { name: string; value: string }[] }[] }>(
      '/api/v1/environment',
    );
    const valueOf = (name: string): string | undefined =>
      data[0]?.value.find((row) => row.name === name)?.value;
    expect([valueOf('META_TEST_PLAIN'), valueOf('META_TEST_PASSWORD'), valueOf('PATH')]).toEqual([
      'to be seen',
      '[redacted]',
      '[redacted]',
    ]);
  });

  it.each(['cpu-profile', 'heap-profile', 'heap-growth', 'heap-snapshot', 'diagnostic-report'])(
    'runs what can hurt only where it was allowed: %s',
    async (name) => {
      const { ask } = await startPagesApp();
      const answer = await ask(`/api/v1/operations/${name}`, {
        method: 'POST',
        headers: AS_JSON,
        body: '{}',
      });
      expect([answer.status, answer.body]).toEqual([
        403,
        expect.stringContaining(`add '${name}' to \`allow\``),
      ]);
    },
  );

  it('limits the changes in a minute', async () => {
    const { ask } = await startPagesApp();
    const statuses: number[] = [];
    for (let n = 0; n < 61; n++) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      const answer = await ask('/api/v1/operations/reset-statistics', {
        method: 'POST',
        headers: AS_JSON,
        body: '{}',
      });
      statuses.push(answer.status);
    }
    expect(statuses.slice(0, 60).every((status) => status === 202)).toBe(true);
    expect(statuses[60]).toBe(429);
    const levels = { method: 'POST', headers: AS_JSON, body: LEVEL } as const;
    expect((await ask('/api/v1/log-levels', levels)).status).toBe(429);
  });

  it('takes no body that is too large', async () => {
    const { ask } = await startPagesApp();
    const body = JSON.stringify({ context: 'x'.repeat(20_000) });
    const answer = await ask('/api/v1/log-levels', { method: 'POST', headers: AS_JSON, body });
    expect([answer.status, answer.headers['content-type']]).toEqual([
      413,
      expect.stringContaining('problem+json'),
    ]);
    await until('an answer', async () => (await ask('/livez')).status === 200);
  });
});
