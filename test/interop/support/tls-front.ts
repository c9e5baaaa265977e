import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';

import { onTestFinished } from 'vitest';

import { CERTIFICATE, KEY } from '../../fixtures/self-signed.ts';

/** A server that speaks TLS and passes everything on to one that does not. @returns its address */
export async function tlsFront(port: number): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (front) => {
    const behind = connect(port, '127.0.0.1');
    for (const [one, other] of [
      [front, behind],
      [behind, front],
    ] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
      one.pipe(other);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}
