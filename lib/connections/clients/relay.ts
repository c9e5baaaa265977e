import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';

import { privateDirectory } from '../../common/private-directory.ts';
import { inBootScope } from '../boot-scope.ts';
import type { Dialer, DialOptions } from '../dialer.ts';
import { connectForAll } from './connect-for.ts';

/** A unix socket in this process that leads to a service. */
export interface Relay extends AsyncDisposable {
  /** In a directory that only this user may enter. */
  readonly path: string;
  /** Takes no new connections, ends those that are there, and removes the socket. */
  close(): Promise<void>;
}

/**
 * For clients that can be given neither a socket nor a function that makes one, only a path: what
 * connects there is connected to the service. Every byte passes through this process once more.
 */
export async function relay(
  dialer: Dialer,
  service: string,
  options: Pick<DialOptions, 'tls'> = {},
): Promise<Relay> {
  const path = join(privateDirectory(), `relay-${randomBytes(4).toString('hex')}.sock`);
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
    open.add(near);
    near.once('close', () => open.delete(near));
    void carry(near, (signal) => connectForAll(dialer, service, { ...options, signal }));
  });
  server.maxConnections = dialer.describe(service).maxConnections;
  // Connections come in the scope in which it began to listen.
  // In a group the primary would listen on it for all workers.
  inBootScope(() => server.listen({ path, exclusive: true }).unref());
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    for (const near of open) near.destroy();
    await closed(server);
  };
  return { path, close, [Symbol.asyncDispose]: close };
}

/** Both ways, until both sides have ended; an error of one is the end of the other. */
async function carry(near: Socket, dial: (signal: AbortSignal) => Promise<Socket>): Promise<void> {
  const abort = new AbortController();
  near.on('error', ignore).once('close', () => abort.abort());
  let far: Socket;
  try {
    far = await dial(abort.signal);
  } catch {
    // There is no way to tell the client why; the dialer has told the log.
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

function ignore(): void {}
