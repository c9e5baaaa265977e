import { once } from 'node:events';
import { type AddressInfo, connect, createServer, Server, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';

import { BufferedSocket, type BufferedSocketOptions } from 'nestjs-buttress/buffered-socket';
import { onTestFinished } from 'vitest';

import { CERTIFICATE, KEY } from '../../fixtures/self-signed.ts';

/** Listens until the test is over. @returns the port */
export async function listen(
  serve: Server | ((socket: Socket) => void | Promise<void>),
): Promise<number> {
  const server = serve instanceof Server ? serve : createServer((socket) => start(serve, socket));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    // A peer that is gone is what tests are about.
    sockets.add(socket.on('error', () => undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** What fails there is seen by the client, or comes of the end of the test. */
function start(serve: (socket: Socket) => void | Promise<void>, socket: Socket): void {
  Promise.resolve(serve(socket)).catch(() => undefined);
}

/** A connection that ends with the test. */
export async function connected(
  port: number,
  options?: BufferedSocketOptions,
): Promise<BufferedSocket<Socket>> {
  const raw = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(raw, 'connect');
  const socket = new BufferedSocket(raw, options);
  onTestFinished(() => socket.destroy());
  return socket;
}

/** Turns to TLS when told so. The first bytes of TLS may come with the command. @returns the port */
export function startTlsServer(): Promise<number> {
  return listen(async (raw) => {
    const plain = new BufferedSocket(raw);
    await plain.readUntil('STARTTLS\r\n');
    await plain.write('READY\r\n');
    const secureContext = createSecureContext({ key: KEY, cert: CERTIFICATE });
    const secure = new BufferedSocket(
      new TLSSocket(plain.detach(), { isServer: true, secureContext }),
    );
    for await (const line of secure.lines()) await secure.write(`secure ${String(line)}\n`);
    await secure.close();
  });
}
