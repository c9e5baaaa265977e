import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';

import { CERTIFICATE, KEY } from '../../fixtures/self-signed.ts';
import { started } from '../../support/loopback.ts';

/** A server that speaks TLS and passes everything on to one that does not. @returns its address */
export async function tlsFront(port: number): Promise<string> {
  const sockets: Socket[] = [];
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (front) => {
    const behind = connect(port, '127.0.0.1');
    sockets.push(front, behind);
    front.pipe(behind).pipe(front);
    for (const [one, other] of [
      [front, behind],
      [behind, front],
    ] as const) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  return (await started(server, sockets)).address;
}
