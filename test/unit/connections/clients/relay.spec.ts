import { once } from 'node:events';
import { existsSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';

import { describe, expect, it, onTestFinished } from 'vitest';

import { isStaleSocket } from '../../../../lib/common/files/stale-socket.ts';
import { relay, type Relay } from '../../../../lib/connections/clients/relay.ts';
import type { DialOptions } from '../../../../lib/connections/dial.options.ts';
import type { Dialer } from '../../../../lib/connections/dialer.ts';
import { CHUNK, dial, peer } from '../../../support/lazy-peers.ts';

/** A relay to where `connect` leads. */
async function relayTo(open: (options: DialOptions) => Promise<Socket>): Promise<Relay> {
  const dialer = {
    connect: (_service: string, options: DialOptions) => open(options),
    describe: () => ({ maxConnections: 5 }),
  } as unknown as Dialer;
  const made = await relay(dialer, 'db');
  onTestFinished(() => made.close());
  return made;
}

/** Where a server listens that sends back what it gets. */
async function echo(): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  onTestFinished(() => void server.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as { port: number }).port;
}

/** Resolves with true when it has ended, well or not. */
function closed(socket: Socket): Promise<boolean> {
  return new Promise((resolve) => {
    if (socket.closed) resolve(true);
    else socket.on('error', () => undefined).once('close', () => resolve(true));
  });
}

describe('a relay', () => {
  it('carries both ways, until both sides have ended', async () => {
    const port = await echo();
    const { path } = await relayTo((options) => dial(port, options));
    const near = connect({ path, allowHalfOpen: true });
    const sent = 'x'.repeat(20 * CHUNK);
    near.end(sent);
    expect((await text(near)) === sent).toBe(true);
  });

  it('R21 stands again after something has removed its directory', async () => {
    const port = await echo();
    const { path } = await relayTo((options) => dial(port, options));
    rmSync(dirname(path), { recursive: true });
    await expect.poll(() => existsSync(path)).toBe(true);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    const near = connect({ path, allowHalfOpen: true });
    near.end('again');
    expect(await text(near)).toBe('again');
  });

  it('stands in a directory that only this user may enter, and leaves nothing behind', async () => {
    const { port } = await peer();
    const made = await relayTo((options) => dial(port, options));
    const { path } = made;
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    const near = connect(path);
    await once(near, 'connect');
    await made.close();
    await closed(near);
    expect(existsSync(path)).toBe(false);
    await made.close();
  });

  it('R43 Its directory shows that the process lives, so that the next one removes it after a kill.', async () => {
    const { port } = await peer();
    const { path } = await relayTo((options) => dial(port, options));
    const sign = join(dirname(path), 'alive.sock');
    const alive = connect(sign);
    onTestFinished(() => void alive.destroy());
    await once(alive, 'connect');
    expect(await isStaleSocket(sign)).toBe(false);
  });

  it('ends the connection of a client for which there is none to the service', async () => {
    const { path } = await relayTo(() => Promise.reject(new Error('down')));
    expect(await closed(connect(path))).toBe(true);
  });

  it('gives up dialling when it is closed', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<void>();
    const { promise: dialled, resolve: hasDialled } = Promise.withResolvers<void>();
    const made = await relayTo(({ signal }) => {
      hasDialled();
      return new Promise((_, reject) => {
        signal?.addEventListener('abort', () => {
          resolve();
          reject(new Error('aborted'));
        });
      });
    });
    const near = connect(made.path);
    await dialled;
    await made.close();
    await aborted;
    expect(await closed(near)).toBe(true);
  });

  it('ends the client when the service resets its connection', async () => {
    const { port, accepted } = await peer();
    const { path } = await relayTo((options) => dial(port, options));
    const near = connect(path);
    near.resume().write('hello');
    (await accepted).resetAndDestroy();
    expect(await closed(near)).toBe(true);
  });
});
