import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { Context } from '../../../lib/context/context.ts';
import type { RequestContext } from '../../../lib/context/request-context.ts';
import { storage } from '../../../lib/context/storage.ts';
import { startConnections } from '../../support/connections-lab.ts';
import { startDnsServer } from '../../support/dns-server.ts';
import { freePort } from '../../support/free-port.ts';
import { echo, listenOnLoopback } from '../../support/loopback.ts';
import { until } from '../../support/until.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

async function failTimes(connect: () => Promise<unknown>, times: number): Promise<void> {
  for (let count = 0; count < times; count++) {
    // oxlint-disable-next-line no-await-in-loop -- one failure after the other
    await connect().catch(() => undefined);
  }
}

describe('tiers', () => {
  it('are used in order: the second when the first is down, the first when it is back', async () => {
    const port = await freePort();
    const second = await listenOnLoopback(echo);
    const { manager, service } = startConnections({
      services: {
        x: {
          tiers: `127.0.0.1:${port};${second.address}`,
          health: { failures: 2, downMs: 100 },
        },
      },
    });
    for (let count = 0; count < 3; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      const socket = await manager.connect('x');
      expect(socket.remotePort).toBe(second.port);
      socket.destroy();
    }
    const health = () => service('x').tiers[0]?.endpoints[0]?.health.state;
    expect(health()).toBe('DOWN');
    const first = await listenOnLoopback(echo, { port });
    await until('the first is used again', async () => {
      const socket = await manager.connect('x');
      const { remotePort } = socket;
      socket.destroy();
      return remotePort === first.port;
    });
    expect(health()).toBe('UP');
  });

  it('know of an address what any service met there', async () => {
    const port = await freePort();
    const good = await listenOnLoopback(echo);
    const tiers = `127.0.0.1:${port};${good.address}`;
    const { manager, records } = startConnections({ services: { a: { tiers }, b: { tiers } } });
    await failTimes(() => manager.connect('a'), 5);
    records.length = 0;
    (await manager.connect('b')).destroy();
    expect(records.map(({ address }) => address)).toEqual([good.address]);
  });

  it('never mark the last address down', async () => {
    const port = await freePort();
    const { manager, service } = startConnections({
      services: { x: { tiers: `127.0.0.1:${port}`, throttle: false } },
    });
    await failTimes(() => manager.connect('x'), 20);
    expect(service('x').tiers[0]?.endpoints[0]?.health.state).toBe('UP');
    await listenOnLoopback(echo, { port });
    expect((await manager.connect('x')).writable).toBe(true);
  });

  it('hold requests back from a service that refuses all of them', async () => {
    const port = await freePort();
    const { manager, service } = startConnections({
      services: { x: { tiers: `127.0.0.1:${port}` } },
    });
    await failTimes(() => manager.connect('x'), 200);
    const { throttle, errors, requests } = service('x');
    expect(throttle.heldBack).toBeGreaterThan(100);
    expect(errors['ERR_BUTTRESS_CONNECTION_THROTTLED']).toBe(throttle.heldBack);
    expect(requests).toMatchObject({ requested: 200, failed: 200, pending: 0 });
  });
});

describe('names', () => {
  it('are followed: connections to an address that is gone end', async () => {
    const server = await listenOnLoopback(echo, { host: '0.0.0.0' });
    const dns = await startDnsServer({ 'x.test': { a: ['127.0.0.2'], ttl: 1 } });
    const { manager, service } = startConnections({
      services: { x: { tiers: `x.test:${server.port}` } },
      dns: { servers: [dns.address], minTtlMs: 1, maxTtlMs: 20 },
    });
    const idle = await manager.acquire('x');
    const leased = await manager.acquire('x');
    idle.release();
    expect(leased.socket.remoteAddress).toBe('127.0.0.2');
    dns.zone = { 'x.test': { a: ['127.0.0.3'], ttl: 1 } };
    await until('the new address is known', async () => {
      const lease = await manager.acquire('x');
      lease.release();
      return lease.socket.remoteAddress === '127.0.0.3';
    });
    await until('the idle one is closed', () => idle.socket.destroyed);
    expect(leased.socket.destroyed).toBe(false);
    leased.release();
    expect(leased.socket.destroyed).toBe(true);
    expect(service('x').tiers[0]?.endpoints.map(({ address }) => address)).toEqual([
      `127.0.0.3:${server.port}`,
    ]);
  });

  it('serve on while the name server does not', async () => {
    const server = await listenOnLoopback(echo);
    const dns = await startDnsServer({ 'x.test': { a: ['127.0.0.1'], ttl: 1 } });
    const { manager, service } = startConnections({
      services: { x: { tiers: `x.test:${server.port}` } },
      dns: { servers: [dns.address], minTtlMs: 1, maxTtlMs: 5 },
    });
    (await manager.connect('x')).destroy();
    dns.zone = { 'x.test': { silent: true } };
    await new Promise((resolve) => setTimeout(resolve, 10));
    (await manager.connect('x')).destroy();
    expect(service('x').requests).toMatchObject({ given: 2, failed: 0 });
  });

  it('of services are followed with their ports, priorities and weights', async () => {
    const [a, b, c] = [
      await listenOnLoopback(echo),
      await listenOnLoopback(echo),
      await listenOnLoopback(echo),
    ];
    const target = 'node.test';
    const dns = await startDnsServer({
      '_x._tcp.test': {
        srv: [
          { priority: 2, weight: 1, port: c.port, target },
          { priority: 1, weight: 3, port: a.port, target },
          { priority: 1, weight: 1, port: b.port, target },
        ],
      },
      [target]: { a: ['127.0.0.1'], ttl: 60 },
    });
    const { manager, service } = startConnections({
      services: { x: { tiers: 'srv:_x._tcp.test*8' } },
      dns: { servers: [dns.address] },
    });
    for (let count = 0; count < 20; count++) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      (await manager.connect('x')).destroy();
    }
    const weights = service('x').tiers[0]?.endpoints.map(({ address, weight }) => [
      address,
      weight,
    ]);
    expect(new Map(weights as [string, number][])).toEqual(
      new Map([
        [c.address, 8],
        [a.address, 6],
        [b.address, 2],
      ]),
    );
    expect(c.sockets).toEqual([]);
    expect(a.sockets.length + b.sockets.length).toBe(20);
    const order = await manager.resolve('x');
    expect(order.at(-1)).toMatchObject({ port: c.port });
  });
});

describe('requests', () => {
  it('show where their time went', async () => {
    const { port } = await listenOnLoopback(echo);
    const { manager } = startConnections({ services: { x: { tiers: `localhost:${port}` } } });
    await Context.run({}, async (context) => {
      const connecting = manager.connect('x');
      expect(context.timings.running).toMatchObject([{ name: 'x.connect' }]);
      const socket = await connecting;
      socket.write('hello');
      await once(socket, 'data');
      const names = Object.keys(context.timings.snapshot()).toSorted();
      expect(names).toEqual(['x.connect', 'x.dns', 'x.firstByte', 'x.tcp']);
      expect(context.timings.running).toEqual([]);
      socket.destroy();
    });
  });

  it('are not kept alive by sockets of pools, nor by names, timers and listeners', async () => {
    const { port } = await listenOnLoopback(echo);
    const { manager } = startConnections({
      services: { x: { tiers: `localhost:${port}`, timeouts: { firstByteMs: 60_000 } } },
    });
    const refs = [await useIn(manager, 'first'), await useIn(manager, 'second')];
    await until('they are collected', () => {
      collectGarbage();
      return refs.every((ref) => ref.deref() === undefined);
    });
    expect(manager.snapshot().sockets.open).toBe(1);
  });

  it('do not meet the store of the request that opened their connection', async () => {
    const { address } = await listenOnLoopback(echo);
    const { manager } = startConnections({ services: { x: { tiers: address } } });
    await useIn(manager, 'opener');
    const seen: (string | undefined)[] = [];
    await Context.run({ id: 'user' }, async () => {
      const lease = await manager.acquire('x');
      lease.socket.once('data', () => seen.push(Context.current()?.id));
      lease.socket.write('?');
      await until('answered', () => seen.length === 1);
      expect(Context.current()?.id).toBe('user');
      lease.release();
    });
    expect(seen).toEqual([undefined]);
  });
});

/** Asks once in a request, which has ended by the time this returns. */
function useIn(
  manager: ReturnType<typeof startConnections>['manager'],
  id: string,
): Promise<WeakRef<RequestContext>> {
  return Context.run({ id, deadlineMs: 60_000 }, async (context) => {
    const lease = await manager.acquire('x');
    lease.socket.write(id);
    await once(lease.socket, 'data');
    lease.release();
    expect(storage.getStore()?.id).toBe(id);
    return new WeakRef(context);
  });
}

describe('closing', () => {
  it('waits for leases, closes what is idle, and gives nothing out any more', async () => {
    const { address } = await listenOnLoopback(echo);
    const { manager, managed } = startConnections({ services: { x: { tiers: address } } });
    const [idle, held] = [await manager.acquire('x'), await manager.acquire('x')];
    idle.release();
    let isClosed = false;
    const closed = managed.close().then(() => (isClosed = true));
    expect(managed.close()).toBe(managed.close());
    expect(idle.socket.destroyed).toBe(true);
    await expect(manager.acquire('x')).rejects.toMatchObject({ failure: 'CLOSED' });
    held.socket.write('still there');
    const [chunk] = (await once(held.socket, 'data')) as [Buffer];
    expect(chunk.toString()).toBe('still there');
    expect(isClosed).toBe(false);
    held.release();
    await closed;
    expect(manager.snapshot().sockets.open).toBe(0);
  });

  it('does not wait for ever', async () => {
    const { address } = await listenOnLoopback(echo);
    const { manager, managed } = startConnections({
      services: { x: { tiers: address } },
      sockets: { closeTimeoutMs: 20 },
    });
    const [held, own] = [await manager.acquire('x'), await manager.connect('x')];
    await managed.close();
    expect([held.socket.destroyed, own.destroyed]).toEqual([true, true]);
  });
});
