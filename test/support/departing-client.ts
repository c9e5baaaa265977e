import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { onTestFinished } from 'vitest';

import { FRAME, frame, PREFACE } from './http2-frames.ts';

/** Says goodbye before it has said anything: last stream 0, no error. */
const GOODBYE = Buffer.concat([
  PREFACE,
  frame(FRAME.SETTINGS),
  frame(FRAME.GOAWAY, { payload: Buffer.alloc(8) }),
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
