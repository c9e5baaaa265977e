import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

import { ignore } from '../../common/ignore.ts';
import { callOptions } from '../../common/options/call-options.ts';
import { outside } from '../../common/outside.ts';
import { privateDirectory } from '../../common/private-directory.ts';
import type { Dialer } from '../dialer.ts';
import { connectForAll } from './connect-for.ts';
import { type RelayOptions, relayOptions } from './relay.options.ts';

const checked = callOptions('relay', relayOptions);

/** A unix socket of this process that forwards to a service. */
export interface Relay extends AsyncDisposable {
  /** Path of the socket, in a directory that only this user may enter. */
  readonly path: string;
  /** Stops accepting, destroys open connections and removes the socket. */
  close(): Promise<void>;
}

/**
 * Forwards connections on a unix socket to the service, for clients that accept only a path, no
 * socket and no function that creates one. Costs an extra pass of every byte through this process.
 */
export async function relay(
  dialer: Dialer,
  service: string,
  options?: RelayOptions,
): Promise<Relay> {
  const { tls } = checked(options);
  const path = join(privateDirectory(), `relay-${randomBytes(4).toString('hex')}.sock`);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    open.add(near);
    near.once('close', () => open.delete(near));
    void carry(near, (signal) => connectForAll(dialer, service, { tls, signal }));
  });
  server.maxConnections = dialer.describe(service).maxConnections;
  // Connections get the async context of `listen`.
  // Without `exclusive`, the primary of a group would listen for all workers.
  outside(() => server.listen({ path, exclusive: true }).unref());
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    for (const near of open) near.destroy();
    await closed(server);
  };
  return { path, close, [Symbol.asyncDispose]: close };
}

/** Pipes both ways until both sides have ended; an error of one side closes the other. */
async function carry(near: Socket, dial: (signal: AbortSignal) => Promise<Socket>): Promise<void> {
  const abort = new AbortController();
  near.on('error', ignore).once('close', () => abort.abort());
  let far: Socket;
  try {
    far = await dial(abort.signal);
  } catch {
    // The client can't be given the reason; the dialer has logged it.
    near.destroy();
    return;
  }
  far.on('error', () => near.destroy()).once('close', () => near.destroySoon());
  near.once('close', () => far.destroy());
  if (near.destroyed) far.destroy();
  far.setNoDelay(true);
  near.pipe(far);
  far.pipe(near);
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}
