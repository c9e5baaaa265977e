import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

import { LazySocket } from '../../lib/connections/clients/lazy-socket.ts';

export const CHUNK = 64 * 1024;

/** Listens on a port of its own, until the test ends. */
export async function listening(server: Server): Promise<number> {
  const open = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A server and what it sees of the first connection. */
export async function peer(onConnection: (socket: Socket) => void = () => undefined) {
  const { promise: accepted, resolve } = Promise.withResolvers<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    onConnection(socket);
    resolve(socket);
  });
  return { port: await listening(server), accepted };
}

export function echo(socket: Socket): void {
  socket.pipe(socket);
}

export async function dial(
  port: number,
  { signal }: { signal?: AbortSignal } = {},
): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect', { signal });
  return socket;
}

/** A lazy socket to `port`, which ends with the test. */
export function lazyTo(port: number): LazySocket {
  const lazy = new LazySocket((options) => dial(port, options));
  onTestFinished(() => void lazy.on('error', () => undefined).destroy());
  return lazy;
}

export function failing(error: Error): LazySocket {
  return new LazySocket(async () => {
    throw error;
  });
}

/** Whose dial ends only when it is told to. */
export function never(): LazySocket {
  return new LazySocket(
    ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
}
