import { request as httpRequest } from 'node:http';

import { describe, expect, it } from 'vitest';

import { type PagesApp, startPagesApp } from '../../support/pages-app.ts';
import { setupModule } from '../../support/setup-module.ts';

/** More than anybody may try in a minute. */
const MANY = 40;

const USERS = `export default {
  users: {
    operator: { password: 'right', access: 'operate' },
    prometheus: { password: 'right too', access: 'read' },
  },
};`;

const AUTHENTICATE = `export default {
  authenticate: async ({ headers }) =>
    headers.authorization === 'Bearer right' ? { name: 'ops', access: 'operate' } : undefined,
};`;

interface Visit {
  path?: string;
  name?: string;
  password?: string;
  authorization?: string;
  /** Address of the loopback interface that it comes from. */
  from?: string;
}

async function start(setup: string): Promise<PagesApp> {
  return startPagesApp({ setup: setupModule(setup) });
}

function basic(name: string, password: string): string {
  return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
}

/** One visit. @returns the status of its answer */
function visit({ address }: PagesApp, about: Visit = {}): Promise<number> {
  const { path = '/api/v1', name, password = '', from = '127.0.0.1' } = about;
  const { authorization = name === undefined ? undefined : basic(name, password) } = about;
  const { hostname, port } = new URL(address);
  const headers = authorization === undefined ? {} : { authorization };
  const where = { hostname, port, path, headers, localAddress: from, agent: false };
  return new Promise((resolve, reject) => {
    httpRequest(where, (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
    })
      .once('error', reject)
      .end();
  });
}

/** As many visits, one after the other. @returns each status that there was, once */
async function visits(
  app: PagesApp,
  count: number,
  about: (n: number) => Visit,
): Promise<number[]> {
  const statuses = new Set<number>();
  for (let n = 0; n < count; n++) {
    // oxlint-disable-next-line no-await-in-loop -- one after another
    statuses.add(await visit(app, about(n)));
  }
  return [...statuses];
}

function wrongPassword(n: number): Visit {
  return { name: 'operator', password: `wrong ${n}` };
}

function wrongToken(n: number): Visit {
  return { authorization: `Bearer wrong ${n}` };
}

describe('visitors of the pages', () => {
  it('R15 Visits without a name lock nobody out, neither operators nor Prometheus.', async () => {
    const app = await start(USERS);
    expect(await visits(app, MANY, () => ({}))).toEqual([401]);
    expect(await visits(app, MANY, () => ({ path: '/' }))).toEqual([401]);
    expect(await visit(app, { name: 'operator', password: 'right' })).toBe(200);
    const scrape = { path: '/metrics', name: 'prometheus', password: 'right too' };
    expect(await visit(app, scrape)).toBe(200);
  });

  it('R15 Wrong passwords are limited, and the right one is never refused.', async () => {
    const app = await start(USERS);
    expect(await visits(app, MANY, wrongPassword)).toEqual([401, 429]);
    expect(await visits(app, 3, wrongPassword)).toEqual([429]);
    expect(await visit(app, { name: 'operator', password: 'right' })).toBe(200);
    // Who was right once has no more tries than before.
    expect(await visit(app, wrongPassword(0))).toBe(429);
  });

  it('R15 Wrong passwords of one name are no limit for another one.', async () => {
    const app = await start(USERS);
    await visits(app, MANY, () => ({ name: 'operator', password: 'wrong' }));
    expect(await visit(app, { name: 'prometheus', password: 'wrong' })).toBe(401);
    expect(await visit(app, { name: 'prometheus', password: 'right too' })).toBe(200);
  });

  it('R15 Wrong passwords from one address are no limit for another one.', async () => {
    const app = await start(USERS);
    await visits(app, MANY, () => ({ name: 'operator', password: 'wrong' }));
    const elsewhere = { name: 'operator', from: '127.0.0.2' };
    expect(await visit(app, { ...elsewhere, password: 'wrong' })).toBe(401);
    expect(await visit(app, { ...elsewhere, password: 'right' })).toBe(200);
  });

  it('R15 An address that tries ever new names is limited as well, and the right one is let in.', async () => {
    const app = await start(USERS);
    const statuses = await visits(app, 400, (n) => ({ name: `name-${n}`, password: 'wrong' }));
    expect(statuses).toEqual([401, 429]);
    expect(await visit(app, { name: 'operator', password: 'right' })).toBe(200);
    expect(await visit(app, { name: 'other', password: 'wrong', from: '127.0.0.2' })).toBe(401);
  });

  it('R15 A visitor that an authenticate of the setup knows is let in, whatever others have tried.', async () => {
    const app = await start(AUTHENTICATE);
    expect(await visits(app, MANY, () => ({}))).toEqual([401]);
    expect(await visit(app, { authorization: 'Bearer right' })).toBe(200);
    expect(await visits(app, MANY, wrongToken)).toEqual([401, 429]);
    expect(await visit(app, { authorization: 'Bearer right' })).toBe(200);
  });
});
