import { once } from 'node:events';
import { createServer, connect, type Socket, type AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { describe, expect, it, onTestFinished } from 'vitest';

import { ContextScope } from '../../../lib/context/context-scope.ts';
import { Context } from '../../../lib/context/context.ts';
import { ManagedContext } from '../../../lib/context/managed-context.ts';
import { storage } from '../../../lib/context/storage.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const scope = new ContextScope();

/** Runs `fn` in a request that has ended by the time this returns. */
function inEndedRequest(fn: () => void): WeakRef<ManagedContext> {
  const deadlineAt = scope.clock.now() + 60_000;
  const context = new ManagedContext(scope, { id: 'r', startedAt: 0, deadlineAt });
  void context.signal;
  storage.run(context, fn);
  context.end();
  return new WeakRef(context);
}

async function isCollected(ref: WeakRef<ManagedContext>): Promise<boolean> {
  for (let round = 0; round < 5; round++) {
    // A job of its own: what the present one has touched stays until it ends.
    // oxlint-disable-next-line no-await-in-loop -- one round after the other
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    if (ref.deref() === undefined) return true;
  }
  return false;
}

const timers: NodeJS.Timeout[] = [];

function keepTimer(): void {
  timers.push(setTimeout(() => undefined, 60_000));
}

let port = 0;
const sockets: Socket[] = [];

function keepSocket(): void {
  sockets.push(connect(port, '127.0.0.1'));
}

describe('a request that has ended', () => {
  it('is held neither by its own timer nor by its signal', async () => {
    // The first deadline starts the timer that watches all of them.
    const ref = inEndedRequest(() => undefined);
    const waits = new ManagedContext(scope, {
      id: 'w',
      startedAt: 0,
      deadlineAt: scope.clock.now() + 60_000,
    });
    expect(await isCollected(ref)).toBe(true);
    waits.end();
  });

  it('is held by a timer created in it, but by none created outside of it', async () => {
    onTestFinished(() => timers.splice(0).forEach(clearTimeout));
    expect(await isCollected(inEndedRequest(keepTimer))).toBe(false);
    expect(await isCollected(inEndedRequest(() => Context.detach(keepTimer)))).toBe(true);
  });

  it('is held by no socket created outside of it', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    onTestFinished(() => {
      for (const socket of sockets.splice(0)) socket.destroy();
      server.close();
    });
    const ref = inEndedRequest(() => Context.detach(keepSocket));
    await once(sockets[0] as Socket, 'connect');
    expect(await isCollected(ref)).toBe(true);
  });
});
