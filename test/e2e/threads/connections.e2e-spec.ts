import { describe, expect, it } from 'vitest';

import type * as Fixture from '../../fixtures/threads/connections.ts';
import { echo, listenOnLoopback } from '../../support/loopback.ts';
import { startWork, work } from '../../support/work-app.ts';

const URL_OF_FIXTURE = new URL('../../fixtures/dist/threads/connections.js', import.meta.url);

const { EchoModule, EchoWork } = (await import(URL_OF_FIXTURE.href)) as typeof Fixture;

describe('connections in threads', () => {
  it('go to the same services, within the share of a thread', async () => {
    const { address, sockets } = await listenOnLoopback(echo);
    const connections = work.ConnectionsModule.forRoot({
      services: { echo: { tiers: address } },
      sockets: { max: 40 },
    });
    const context = { module: URL_OF_FIXTURE, export: 'EchoModule' };
    const { app } = await startWork({ context }, [connections, EchoModule]);
    // Three threads and the main one share the sockets.
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
});
