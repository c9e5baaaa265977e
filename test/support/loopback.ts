import { once } from 'node:events';
import {
  type AddressInfo,
  createServer,
  type ListenOptions,
  type Server,
  type Socket,
} from 'node:net';

import { onTestFinished } from 'vitest';

/** A server of the loopback interface that ends with the test, and what connected to it. */
export interface Loopback {
  readonly server: Server;
  readonly port: number;
  readonly address: string;
  /** Connections in the order in which they came. */
  readonly sockets: Socket[];
}

export async function listenOnLoopback(
  onConnection: (socket: Socket) => void = () => undefined,
  options: ListenOptions = {},
): Promise<Loopback> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  return started(server, sockets, options);
}

/** The same for a server that is made already, as one of TLS. */
export async function started(
  server: Server,
  sockets: Socket[],
  options: ListenOptions = {},
): Promise<Loopback> {
  server.listen({ port: 0, host: '127.0.0.1', ...options });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, address: `127.0.0.1:${port}`, sockets };
}

/** Sends back what comes. */
export function echo(socket: Socket): void {
  socket.on('data', (chunk) => void socket.write(chunk));
}
