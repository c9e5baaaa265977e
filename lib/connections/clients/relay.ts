import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { dirname, join } from 'node:path';

import { privateDirectory, remakePrivateDirectory } from '../../common/files/private-directory.ts';
import { ignore } from '../../common/ignore.ts';
import { callOptions } from '../../common/options/call-options.ts';
import { outside } from '../../common/outside.ts';
import type { Dialer } from '../dialer.ts';
import { connectForAll } from './connect-for.ts';
import { type RelayOptions, relayOptions } from './relay.options.ts';

/** Interval of looks whether the socket is still there. */
const LOOK_EVERY_MS = 2_000;

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
  const listen = (): Server => {
    const made = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (near) => {
      open.add(near);
      near.once('close', () => open.delete(near));
      void carry(near, (signal) => connectForAll(dialer, service, { tls, signal }));
    });
    made.maxConnections = dialer.describe(service).maxConnections;
    // Connections get the async context of `listen`.
    // Without `exclusive`, the primary of a group would listen for all workers.
    outside(() => made.listen({ path, exclusive: true }).unref());
    return made;
  };
  let server = listen();
  await once(server, 'listening');
  const stopWatching = whenGone(path, () => {
    server.close();
    server = listen().on('error', ignore);
  });
  const close = async (): Promise<void> => {
    stopWatching();
    for (const near of open) near.destroy();
    await closed(server);
  };
  return { path, close, [Symbol.asyncDispose]: close };
}

/** Calls `listen` whenever something has removed the socket, such as a cleaner of temporary files. */
function whenGone(path: string, listen: () => void): () => void {
  const look = (): void => {
    if (existsSync(path)) return;
    try {
      remakePrivateDirectory(dirname(path));
      listen();
    } catch {
      // A directory that cannot be made is tried again at the next look.
    }
  };
  const timer = outside(() => setInterval(look, LOOK_EVERY_MS).unref());
  return () => clearInterval(timer);
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
