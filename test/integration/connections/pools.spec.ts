import { once } from 'node:events';
import type { Socket } from 'node:net';

import { describe, expect, it } from 'vitest';

import type { Lease } from '../../../lib/connections/pool/lease.ts';
import type { EndpointSnapshot } from '../../../lib/connections/services/connections-snapshot.ts';
import { startConnections } from '../../support/connections-lab.ts';
import { echo, listenOnLoopback } from '../../support/loopback.ts';
import { until } from '../../support/until.ts';

const SERVICE = 'x';

async function ask(lease: Lease, text: string): Promise<string> {
  lease.socket.write(text);
  const [chunk] = (await once(lease.socket, 'data')) as [Buffer];
  return chunk.toString();
}

async function startPool(options: object = {}, more: object = {}) {
  const loopback = await listenOnLoopback(echo);
  const services = { [SERVICE]: { tiers: loopback.address, ...options } };
  return { ...startConnections({ services, ...more }), loopback };
}

describe('pools', () => {
  it('lend the connection that came back last', async () => {
    const { manager, loopback } = await startPool();
    const [first, second] = [await manager.acquire(SERVICE), await manager.acquire(SERVICE)];
    const { localPort } = second.socket;
    first.release();
    second.release();
    const third = await manager.acquire(SERVICE);
    expect(third.socket.localPort).toBe(localPort);
    expect(await ask(third, 'well?')).toBe('well?');
    expect(loopback.sockets).toHaveLength(2);
    third.release();
  });

  it('close what leaves a `using` block without being released', async () => {
    const { manager, service } = await startPool();
    const leave = async (): Promise<Socket> => {
      using lease = await manager.acquire(SERVICE);
      return lease.socket;
    };
    const socket = await leave();
    expect(socket.destroyed).toBe(true);
    expect(service(SERVICE).leases).toMatchObject({ leased: 1, destroyed: 1, held: 0 });
  });

  it('keep what was released in it, whatever mode its stream was in', async () => {
    const { manager, loopback } = await startPool();
    for (const mode of ['data', 'readable', 'paused', 'iterated', 'data']) {
      // oxlint-disable-next-line no-await-in-loop -- one lease after the other
      using lease = await manager.acquire(SERVICE);
      const { socket } = lease;
      // oxlint-disable-next-line no-await-in-loop -- likewise
      expect(await askIn(mode, socket)).toBe(mode);
      lease.release();
      lease.destroy();
    }
    expect(loopback.sockets).toHaveLength(1);
  });

  it('never lend a connection that became readable while it was idle', async () => {
    const { manager, loopback } = await startPool();
    (await manager.acquire(SERVICE)).release();
    const [peer] = loopback.sockets;
    peer?.write('nobody asked');
    const idle = manager.snapshot().services[0]?.tiers[0]?.endpoints[0];
    expect(idle).toMatchObject({ idle: 1, inUse: 0 });
    await until('the bytes have come', async () => {
      const lease = await manager.acquire(SERVICE);
      lease.release();
      return loopback.sockets.length === 2;
    });
  });

  it('forget a connection that the peer ends while it is idle', async () => {
    const { manager, loopback, service } = await startPool();
    (await manager.acquire(SERVICE)).release();
    loopback.sockets[0]?.end();
    await until('it is gone', () => service(SERVICE).tiers[0]?.endpoints[0]?.open === 0);
    expect(service(SERVICE).tiers[0]?.endpoints[0]?.counts).toMatchObject({ opened: 1, closed: 1 });
    using lease = await manager.acquire(SERVICE);
    expect(await ask(lease, 'again')).toBe('again');
  });

  it('do not keep what is not clean: something unread, or someone listening', async () => {
    const { manager, loopback } = await startPool();
    const unread = await manager.acquire(SERVICE);
    unread.socket.write('unread');
    await until('it has come', () => unread.socket.bytesRead > 0);
    unread.release();
    expect(unread.socket.destroyed).toBe(true);
    const listened = await manager.acquire(SERVICE);
    listened.socket.on('data', () => undefined);
    listened.release();
    expect(listened.socket.destroyed).toBe(true);
    expect(loopback.sockets).toHaveLength(2);
  });

  it('close idle connections after the idle time, and old ones after their life', async () => {
    const { manager, managed, service } = await startPool({ pool: { idleMs: 30 } });
    (await manager.acquire(SERVICE)).release();
    await until('swept', () => {
      managed.sweep();
      return service(SERVICE).tiers[0]?.endpoints[0]?.open === 0;
    });
    const short = await startPool({ pool: { lifetimeMs: 1 } });
    const lease = await short.manager.acquire(SERVICE);
    await until('it is old', () => performance.now() > 0 && lease.socket.writable);
    await new Promise((resolve) => setTimeout(resolve, 5));
    lease.release();
    expect(lease.socket.destroyed).toBe(true);
  });

  it('hand what comes back to waiting callers, in the order in which they came', async () => {
    const { manager, loopback } = await startPool({ maxConnections: 1 });
    const first = await manager.acquire(SERVICE);
    const served: number[] = [];
    const waiting = [1, 2, 3].map(async (index) => {
      const lease = await manager.acquire(SERVICE);
      served.push(index);
      lease.release();
    });
    await until('they wait', () => manager.snapshot().sockets.waiting === 3);
    first.release();
    await Promise.all(waiting);
    expect(served).toEqual([1, 2, 3]);
    expect(loopback.sockets).toHaveLength(1);
  });

  it('open a new one for a waiting caller when the one that comes back is broken', async () => {
    const { manager, loopback } = await startPool({ maxConnections: 1 });
    const first = await manager.acquire(SERVICE);
    const second = manager.acquire(SERVICE);
    await until('it waits', () => manager.snapshot().sockets.waiting === 1);
    first.destroy();
    using lease = await second;
    expect(await ask(lease, 'new')).toBe('new');
    expect(loopback.sockets).toHaveLength(2);
  });

  it('make room for another service by closing what was idle for longest', async () => {
    const [a, b] = [await listenOnLoopback(echo), await listenOnLoopback(echo)];
    const { manager, service } = startConnections({
      services: { a: { tiers: a.address }, b: { tiers: b.address } },
      sockets: { max: 2 },
    });
    const [old, young] = [await manager.acquire('a'), await manager.acquire('a')];
    old.release();
    await new Promise((resolve) => setTimeout(resolve, 5));
    young.release();
    using lease = await manager.acquire('b');
    expect(await ask(lease, 'room')).toBe('room');
    expect(old.socket.destroyed).toBe(true);
    expect(young.socket.destroyed).toBe(false);
    expect(service('a').tiers[0]?.endpoints[0]).toMatchObject({ open: 1, idle: 1 });
    expect(manager.snapshot().sockets).toMatchObject({ open: 2, max: 2 });
  });

  it('share the limit of an address with the connections of clients', async () => {
    const { manager } = await startPool({
      maxConnections: 1,
      timeouts: { waitMs: 30 },
    });
    const own = await manager.connect(SERVICE);
    await expect(manager.acquire(SERVICE)).rejects.toMatchObject({ failure: 'OUT_OF_SOCKETS' });
    own.destroy();
    const lease = await manager.acquire(SERVICE);
    lease.release();
    // An idle one makes room for a client's.
    expect((await manager.connect(SERVICE)).writable).toBe(true);
  });

  it('name the caller that did not release a lease, in development', async () => {
    const { manager, managed, records } = await startPool({}, { sockets: { leakAfterMs: 1 } });
    const lease = await takenByCareless(manager);
    await new Promise((resolve) => setTimeout(resolve, 5));
    managed.sweep();
    managed.sweep();
    const leaks = records.filter(({ message }) => message.includes('was not released'));
    expect(leaks).toHaveLength(1);
    expect(leaks[0]?.['stack']).toContain('takenByCareless');
    lease.release();
  });

  it('balance their counts', async () => {
    const { manager, service } = await startPool({ maxConnections: 3 });
    await Promise.all(
      Array.from({ length: 60 }, async (_, index) => {
        const lease = await manager.acquire(SERVICE);
        expect(await ask(lease, String(index))).toBe(String(index));
        if (index % 7 === 0) lease.destroy();
        else lease.release();
      }),
    );
    const { requests, leases, tiers } = service(SERVICE);
    expect(requests).toMatchObject({ requested: 60, given: 60, failed: 0, pending: 0 });
    expect(leases).toMatchObject({ leased: 60, released: 51, destroyed: 9, held: 0 });
    const endpoint = tiers[0]?.endpoints[0] as EndpointSnapshot;
    expect(endpoint.open).toBe(endpoint.idle + endpoint.inUse);
    expect(endpoint.counts.opened).toBe(endpoint.counts.closed + endpoint.open);
    expect(manager.snapshot().sockets.open).toBe(endpoint.open);
  });
});

async function takenByCareless(manager: { acquire(name: string): Promise<Lease> }): Promise<Lease> {
  // Two: the second comes from the pool, in the caller's own call.
  (await manager.acquire(SERVICE)).release();
  return takenByCarelessNow(manager);
}

function takenByCarelessNow(manager: { acquire(name: string): Promise<Lease> }): Promise<Lease> {
  return manager.acquire(SERVICE);
}

async function askIn(mode: string, socket: Socket): Promise<string> {
  socket.write(mode);
  if (mode === 'iterated') {
    const chunks = socket.iterator({ destroyOnReturn: false });
    for await (const chunk of chunks) return String(chunk);
  }
  if (mode === 'readable') {
    await once(socket, 'readable');
    return String(socket.read());
  }
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  if (mode === 'paused') socket.pause();
  return chunk.toString();
}
