import { describe, expect, it } from 'vitest';

import type * as Fixture from '../../fixtures/threads/connections.ts';
import { echo, listenOnLoopback } from '../../support/loopback.ts';
import { until } from '../../support/until.ts';
import { inRequest, rejectionOf, startWork, work } from '../../support/work-app.ts';

const URL_OF_FIXTURE = new URL('../../fixtures/dist/threads/connections.js', import.meta.url);

const OWN = { module: URL_OF_FIXTURE, moduleExport: 'EchoModule' };

const { EchoModule, EchoWork } = (await import(URL_OF_FIXTURE.href)) as typeof Fixture;

describe('connections in threads', () => {
  it('go to the same services, within the share of a thread', async () => {
    const { address, sockets } = await listenOnLoopback(echo);
    const connections = work.ConnectionsModule.forRoot({
      services: { echo: { tiers: address } },
      sockets: { max: 30 },
    });
    const { app } = await startWork(OWN, [connections, EchoModule]);
    // Two threads and the main one share the sockets.
    expect(await app.get(EchoWork).ask('from a thread')).toEqual({
      answer: 'from a thread',
      maxSockets: 10,
      services: ['echo', 'other'],
    });
    const manager = app.get(work.ConnectionManager);
    expect(manager.snapshot().sockets.max).toBe(10);
    // It was the thread that connected.
    expect(manager.snapshot().sockets.open).toBe(0);
    expect(sockets).toHaveLength(1);
  });

  it('leave out an address that operators hold down', async () => {
    const { address } = await listenOnLoopback(echo);
    const connections = work.ConnectionsModule.forRoot({ services: { echo: { tiers: address } } });
    const { app } = await startWork(OWN, [connections, EchoModule]);
    const ask = (): Promise<unknown> => app.get(EchoWork).ask('from a thread');
    await ask();
    const { settings } = app.get(work.AppContext);
    const name = `connections.hold-down ${address}`;
    settings.change({ name, value: true, by: 'ada', forMs: 60_000 });
    expect(await rejectionOf(ask())).toMatchObject({
      code: 'ERR_BUTTRESS_CONNECTION_MARKED_DOWN',
    });
    settings.reset(name);
    expect(await ask()).toMatchObject({ answer: 'from a thread' });
  });

  it('R43: send the remaining time in the header that the application reads', async () => {
    const connections = work.ConnectionsModule.forRoot({
      services: { echo: { tiers: '127.0.0.1:1', propagate: { remainingTime: true } } },
    });
    const { app } = await startWork(OWN, [connections, EchoModule]);
    const headers = work.Context.run({ deadlineMs: 60_000 }, () => app.get(EchoWork).headers());
    expect(await headers).toEqual(['x-time-left']);
  });

  it('R43: end in a thread when the client of the request leaves', async () => {
    const { address, sockets } = await listenOnLoopback();
    const connections = work.ConnectionsModule.forRoot({ services: { echo: { tiers: address } } });
    const { app, io } = await startWork(OWN, [connections, EchoModule]);
    const { result, abort } = inRequest(() => app.get(EchoWork).listen());
    await until('the thread is connected', () => sockets.length === 1);
    abort();
    expect(await rejectionOf(result)).toMatchObject({ code: 'ERR_BUTTRESS_CONTEXT_CLIENT_GONE' });
    await until('the socket is closed', () => sockets[0]?.closed === true);
    // The one thread of its pool is free, and the same.
    expect(await io.block(1)).toBeDefined();
  });

  it('R43: fail with the end of the request where that ends a call in its thread', async () => {
    const { address } = await listenOnLoopback(echo);
    const connections = work.ConnectionsModule.forRoot({ services: { echo: { tiers: address } } });
    const { app } = await startWork(OWN, [connections, EchoModule]);
    const calls = Array.from({ length: 20 }, (_, index) =>
      work.Context.run({ deadlineMs: 20 + index }, () => app.get(EchoWork).sleep()),
    );
    const codes = await Promise.all(
      calls.map(async (call) => ((await rejectionOf(call)) as { code?: unknown }).code),
    );
    // Those that came to the thread in time are most of them.
    expect(codes).toContain('ERR_BUTTRESS_CONTEXT_DEADLINE');
    const late = new Set<unknown>(['ERR_BUTTRESS_CONTEXT_DEADLINE', 'ERR_BUTTRESS_THREADS_BUSY']);
    expect(codes.filter((code) => !late.has(code))).toEqual([]);
  });
});
