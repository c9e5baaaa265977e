import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { onTestFinished } from 'vitest';

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';

const SETTINGS = 4;
const GOAWAY = 7;

/** Says goodbye before it has said anything: last stream 0, no error. */
const GOODBYE = Buffer.concat([
  Buffer.from(PREFACE),
  frame(SETTINGS),
  frame(GOAWAY, Buffer.alloc(8)),
]);

/**
 * A client of HTTP/2 that has said GOAWAY and keeps its connection open, which Node's own can't
 * do. It ends with the test.
 */
export async function departingClient(port: number, secure: boolean): Promise<Socket> {
  const about = { port, host: '127.0.0.1', allowHalfOpen: true };
  const socket = secure
    ? connectTls({ ...about, ALPNProtocols: ['h2'], rejectUnauthorized: false })
    : connect(about);
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, secure ? 'secureConnect' : 'connect');
  socket.write(GOODBYE);
  // The server's own settings: it has read ours.
  await once(socket, 'data');
  return socket.resume();
}

function frame(type: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  return Buffer.concat([head, payload]);
}
