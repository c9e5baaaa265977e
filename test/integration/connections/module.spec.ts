import { once } from 'node:events';

import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import { AppContext, ButtressModule, ConnectionManager } from 'nestjs-buttress';
import { ConnectionsModule, type ConnectionsSnapshot } from 'nestjs-buttress/connections';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

import { processReports } from '../../../lib/reports/process-reports.ts';
import { freePort } from '../../support/free-port.ts';
import { echo, listenOnLoopback } from '../../support/loopback.ts';
import { startApp } from '../../support/nest-app.ts';

@Injectable()
class Rates {
  constructor(@Inject(ConnectionManager) private readonly connections: ConnectionManager) {}

  async ask(service: string): Promise<string> {
    using lease = await this.connections.acquire(service);
    lease.socket.write('EUR');
    const [chunk] = (await once(lease.socket, 'data')) as [Buffer];
    lease.release();
    return chunk.toString();
  }
}

@Controller()
class RatesController {
  constructor(@Inject(Rates) private readonly rates: Rates) {}

  @Get('rates')
  read(): Promise<string> {
    return this.rates.ask('rates');
  }

  @Get('audit')
  audit(): Promise<string> {
    return this.rates.ask('audit');
  }
}

function get(port: number, path: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`);
}

describe('ConnectionsModule', () => {
  it('gives connections to the services of the application and of its features', async () => {
    const [rates, audit] = [await listenOnLoopback(echo), await listenOnLoopback(echo)];
    vi.stubEnv('BUTTRESS_CONNECTIONS_AUDIT', audit.address);
    onTestFinished(() => void vi.unstubAllEnvs());

    @Module({
      imports: [ConnectionsModule.forFeature({ services: { audit: { tiers: '127.0.0.1:1' } } })],
    })
    class AuditModule {}

    const { app, port } = await startApp({
      imports: [
        ButtressModule.forRoot({
          logging: { level: 'silent' },
          connections: { services: { rates: { tiers: rates.address, aliases: 'fx' } } },
        }),
        AuditModule,
      ],
      controllers: [RatesController],
      providers: [Rates],
    });
    expect(await (await get(port, '/rates')).text()).toBe('EUR');
    expect(await (await get(port, '/audit')).text()).toBe('EUR');
    const { config } = app.get(AppContext);
    const sourceOf = (name: string) => {
      return config.entries().find((entry) => entry.name === `connections.services.${name}`)
        ?.source;
    };
    expect(sourceOf('rates.tiers')).toBe('code');
    expect(sourceOf('rates.timeouts.tcpMs')).toBe('default');
    expect(sourceOf('audit.tiers')).toBe('environment');
    const snapshot = processReports().read('connections') as ConnectionsSnapshot;
    expect(snapshot.services.map(({ name, requests }) => [name, requests.given])).toEqual([
      ['rates', 1],
      ['audit', 1],
    ]);
    // Everything that is shown survives JSON.
    expect(JSON.parse(JSON.stringify(snapshot))).toEqual(snapshot);
  });

  it('lets operators take an address out and bring it back', async () => {
    const { address } = await listenOnLoopback(echo);
    const { app, port } = await startApp({
      imports: [
        ButtressModule.forRoot({
          logging: { level: 'silent' },
          connections: { services: { rates: { tiers: address } } },
        }),
      ],
      controllers: [RatesController],
      providers: [Rates],
    });
    // Known before it is used, as it needs no name to be resolved.
    app.get(ConnectionManager).holdDown(address);
    expect((await get(port, '/rates')).status).toBe(503);
    app.get(ConnectionManager).markUp(address);
    await get(port, '/rates');
    const reports = processReports();
    expect(reports.accessOf('connections.hold-down')).toBe('operate');
    await reports.run('connections.hold-down', { address, forMs: 60_000 });
    const refused = await get(port, '/rates');
    expect(refused.status).toBe(503);
    // What is inside is nothing for callers.
    expect(await refused.text()).not.toContain('127.0.0.1');
    await reports.run('connections.mark-up', { address });
    expect((await get(port, '/rates')).status).toBe(200);
    // Another worker may have met it: the group decides.
    expect(await reports.run('connections.hold-down', { address: 'x:1' })).toMatchObject({
      isKnown: false,
    });
    expect(() => app.get(ConnectionManager).holdDown('x:1')).toThrow('x:1');
    await expect(reports.run('connections.hold-down', { address, forMs: -1 })).rejects.toThrow(
      'input.forMs',
    );
  });

  it('takes its options from a factory, and closes with the application', async () => {
    const { address } = await listenOnLoopback(echo);
    const { app, port } = await startApp({
      imports: [
        ConnectionsModule.forRootAsync({
          useFactory: async () => ({ services: { rates: { tiers: address } } }),
        }),
      ],
      controllers: [RatesController],
      providers: [Rates],
    });
    expect(await (await get(port, '/rates')).text()).toBe('EUR');
    const manager = app.get(ConnectionManager);
    expect(manager.snapshot().sockets.open).toBe(1);
    await app.close();
    expect(manager.snapshot().sockets.open).toBe(0);
    await expect(manager.connect('rates')).rejects.toMatchObject({ failure: 'CLOSED' });
    expect(() => processReports().read('connections')).toThrow('connections');
  });

  it('answers 503 while a service can not be reached', async () => {
    const tiers = `127.0.0.1:${await freePort()}`;
    const { port } = await startApp({
      imports: [
        ButtressModule.forRoot({
          logging: { level: 'silent' },
          connections: { services: { rates: { tiers } } },
        }),
      ],
      controllers: [RatesController],
      providers: [Rates],
    });
    const answer = await get(port, '/rates');
    expect(answer.status).toBe(503);
    expect(await answer.text()).not.toContain('127.0.0.1');
  });

  it('refuses options that are wrong, and names that are taken', async () => {
    expect(() => ConnectionsModule.forRoot({ services: { a: { tiers: [] } } })).toThrow('a.tiers');
    const service = { tiers: 'a:1' };
    const twice = startApp({
      imports: [
        ConnectionsModule.forRoot({ services: { a: service } }),
        ConnectionsModule.forFeature({ services: { a: service } }),
      ],
    });
    await expect(twice).rejects.toThrow('duplicate name "a"');
  });
});
