import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';

import { AbandonedWork } from '../../../lib/admission/abandoned-work.ts';
import { BodyWatch } from '../../../lib/admission/body-watch.ts';
import { processClock as clock } from '../../../lib/common/clock.ts';
import { outside, outsideTimeout } from '../../../lib/common/outside.ts';
import { ConnectionManager } from '../../../lib/connections/connection-manager.ts';
import { ManagedServices } from '../../../lib/connections/services/managed-services.ts';
import { resolveConnections } from '../../../lib/connections/settings/resolve-connections.ts';
import { ContextScope, provideScope } from '../../../lib/context/context-scope.ts';
import { Context } from '../../../lib/context/context.ts';
import { Levels } from '../../../lib/logging/levels.ts';
import { LogLevels } from '../../../lib/logging/log-levels.provider.ts';
import { ProcessHold } from '../../../lib/threads/process-hold.ts';
import { until } from '../../support/until.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The store of another library: of a tracer, or of a request scope. */
const foreign = new AsyncLocalStorage<object>();

afterEach(() => void vi.restoreAllMocks());

/** Stores that the timers made by `fn` would keep. */
function storesOfTimers(fn: () => void): (object | undefined)[] {
  const stores: (object | undefined)[] = [];
  for (const name of ['setTimeout', 'setInterval'] as const) {
    const original = globalThis[name];
    vi.spyOn(globalThis, name).mockImplementation((...args: Parameters<typeof setTimeout>) => {
      stores.push(foreign.getStore());
      return original(...args);
    });
  }
  foreign.run({}, fn);
  return stores;
}

const TIMERS: Record<string, () => void> = {
  'deadlines of requests': () => {
    onTestFinished(provideScope(new ContextScope()));
    Context.run({ deadlineMs: 60_000 }, () => undefined);
  },
  'the end of a log level': () => {
    const levels = new LogLevels(new Levels('info', clock), () => undefined);
    levels.set('orders', 'debug', 60_000);
    onTestFinished(() => void levels.set('orders', null));
  },
  'bodies that come slowly': () => {
    const watch = new BodyWatch({ clock, maxBodies: 10, minBytesPerSecond: 1, graceMs: 1_000 });
    watch.add(new IncomingMessage(new Socket()), () => undefined);
    onTestFinished(() => watch.stop());
  },
  'handlers that outlive their responses': () => {
    const work = new AbandonedWork({ clock, onStuck: () => undefined });
    work.add({ group: 'g', isAbandoned: false, giveBack: () => undefined });
  },
  'calls of threads': () => {
    const hold = new ProcessHold();
    onTestFinished(() => hold.close());
  },
  connections: () => {
    const services = new ManagedServices(resolveConnections().process);
    onTestFinished(() => services.destroy());
  },
};

describe('R43: outside any request', () => {
  it('there is no store, ours or another library’s, nor after a wait', async () => {
    const read = async () => {
      await Promise.resolve();
      return [foreign.getStore(), Context.current()];
    };
    const stores = foreign.run({}, () =>
      Context.run({}, () => Promise.all([outside(read), Context.detach(read), read()])),
    );
    expect(await stores).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [{}, expect.anything()],
    ]);
  });

  it('a timeout has no store; cancelled, it calls nothing', async () => {
    const called: unknown[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const keepAlive = setTimeout(() => undefined, 60_000);
    foreign.run({}, () => {
      outsideTimeout(() => called.push('cancelled'), 1)();
      outsideTimeout(() => resolve(void called.push(foreign.getStore())), 5);
    });
    await promise;
    clearTimeout(keepAlive);
    expect(called).toEqual([undefined]);
  });

  it.each(Object.entries(TIMERS))('run the timers of %s', (_name, use) => {
    const stores = storesOfTimers(use);
    expect(stores).not.toHaveLength(0);
    expect(stores.filter((store) => store !== undefined)).toEqual([]);
  });

  it('no pooled connection keeps the store of the request that opened it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { process, services } = resolveConnections({
      services: { echo: { tiers: [[`127.0.0.1:${port}`]] } },
    });
    const managed = new ManagedServices(process);
    managed.add(services);
    const manager = new ConnectionManager(managed);
    onTestFinished(() => {
      managed.destroy();
      server.close();
    });
    const ref = await leaseIn(manager);
    expect(manager.snapshot().sockets.open).toBe(1);
    await until('the collector', () => (collectGarbage(), ref.deref() === undefined));
    // One that is opened in the request keeps its store.
    const kept = keptStore(port);
    await once(kept.socket, 'connect');
    onTestFinished(() => void kept.socket.destroy());
    collectGarbage();
    expect(kept.ref.deref()).toBeDefined();
  });
});

async function leaseIn(manager: ConnectionManager): Promise<WeakRef<object>> {
  const store = {};
  await foreign.run(store, async () => {
    const lease = await manager.acquire('echo');
    lease.release();
  });
  return new WeakRef(store);
}

function keptStore(port: number) {
  const store = {};
  const socket = foreign.run(store, () => connect(port, '127.0.0.1'));
  return { socket, ref: new WeakRef(store) };
}
