import { onTestFinished } from 'vitest';

import { RawConnection } from './raw-connection.ts';

export interface TrickleOptions {
  port: number;
  path: string;
  /** What is announced of the body, in bytes; undefined: it is sent in chunks. */
  length?: number;
  /** What is sent of it at a time, in bytes. */
  bytes: number;
  everyMs: number;
}

/** A client that sends the body of a `POST` in small parts until it has sent all, or the test ends. */
export function trickle({ port, path, length, bytes, everyMs }: TrickleOptions): RawConnection {
  const framing = length === undefined ? 'Transfer-Encoding: chunked' : `Content-Length: ${length}`;
  const connection = new RawConnection(port).send(
    `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\n${framing}\r\n\r\n`,
  );
  const part = 'x'.repeat(bytes);
  let left = length ?? Infinity;
  const timer = setInterval(() => {
    if (connection.isClosed || left <= 0) return clearInterval(timer);
    left -= bytes;
    connection.send(length === undefined ? `${bytes.toString(16)}\r\n${part}\r\n` : part);
  }, everyMs);
  onTestFinished(() => {
    clearInterval(timer);
    connection.abandon();
  });
  return connection;
}
