import { createServer } from 'node:net';

import { Controller, Get, Inject, Module } from '@nestjs/common';
import { ConnectionManager } from 'nestjs-buttress';
import { ConnectionsModule } from 'nestjs-buttress/connections';
import { describe, expect, it } from 'vitest';

import { AS_HTML, type PagesApp, startPagesApp } from '../../support/pages-app.ts';
import { until } from '../../support/until.ts';

@Controller()
class RatesController {
  constructor(@Inject(ConnectionManager) private readonly connections: ConnectionManager) {}

  @Get('rates')
  async rates(): Promise<object> {
    const lease = await this.connections.acquire('rates');
    lease.release();
    return {};
  }
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function appWith(tiers: string[][]): Promise<PagesApp> {
  @Module({
    imports: [ConnectionsModule.forFeature({ services: { rates: { tiers } } })],
    controllers: [RatesController],
  })
  class RatesModule {}
  return startPagesApp({ maxAccess: 'operate' }, { imports: [RatesModule] });
}

interface Dependencies {
  data: { services: { state: string; failed: number; endpoints: { state: string }[] }[] };
}

async function stateOf({ json }: PagesApp): Promise<string[]> {
  const { data } = await json<Dependencies>('/api/v1/dependencies');
  return data.services.flatMap(({ state, endpoints }) =>
    [state].concat(endpoints.map((one) => one.state)),
  );
}

describe('The page of dependencies', () => {
  it('never shows dead endpoints UP, even when the last of them has to stay in use', async () => {
    const ports = [await freePort(), await freePort()];
    const app = await appWith(ports.map((port) => [`127.0.0.1:${port}`]));
    expect(await stateOf(app)).toEqual(['UNTRIED', 'UNTRIED', 'UNTRIED']);
    for (const _ of [1, 2, 3, 4, 5, 6]) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      expect((await app.fetch('/rates')).status).toBeGreaterThanOrEqual(500);
    }
    const states = await stateOf(app);
    expect(states).toHaveLength(3);
    for (const state of states) expect(['DOWN', 'FAILING', 'PROBING']).toContain(state);
    const { body } = await app.ask('/dependencies', { headers: AS_HTML });
    expect(body).not.toMatch(/class="badge[^"]*">UP</);
    expect(body).toMatch(/class="badge poor">(?:DOWN|FAILING)</);
    expect(body).toContain('/requests?route=GET%20%2Frates');
    expect(body).toMatch(/<summary>REFUSED \d+/);
  });

  it('marks an endpoint down and up from its row', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined));
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const app = await appWith([[`127.0.0.1:${port}`]]);
    await app.fetch('/rates');
    expect(await stateOf(app)).toEqual(['UP', 'UP']);
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      'sec-fetch-site': 'same-origin',
    };
    const address = encodeURIComponent(`127.0.0.1:${port}`);
    const send = (name: string, body: string): Promise<{ status: number }> =>
      app.ask(`/operations/${name}`, { method: 'POST', headers, body });
    const page = await app.ask('/dependencies', { headers: AS_HTML });
    expect(page.body).toContain('action="/operations/connections.hold-down"');
    const held = await send('connections.hold-down', `address=${address}&forMs=600000`);
    expect(held.status).toBe(303);
    await until('HELD', async () => (await stateOf(app)).join() === 'HELD,HELD');
    const { status } = await send('connections.mark-up', `address=${address}`);
    expect(status).toBe(303);
    await until(
      'an end of the hold',
      async () => (await stateOf(app)).join() === 'UNTRIED,UNTRIED',
    );
    server.close();
  });

  it('has all figures of one service, and says that there is no other', async () => {
    const app = await appWith([[`127.0.0.1:${await freePort()}`]]);
    await app.fetch('/rates');
    const { body } = await app.ask('/dependencies/rates', { headers: AS_HTML });
    expect(body).toContain('Addresses by tier');
    expect((await app.ask('/dependencies/nothing', { headers: AS_HTML })).status).toBe(404);
    const connections = await app.ask('/connections', { headers: AS_HTML });
    expect(connections.body).toContain('Sockets open');
  });
});
