import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type SecureClientSessionOptions,
} from 'node:http2';

import { onTestFinished } from 'vitest';

/** What one stream brought, as a client sees it. */
export interface StreamExchange {
  /** Absent when no answer came. */
  status: number | undefined;
  body: string;
  /** Why the stream was closed, if it did not end well: `RST_STREAM`. */
  resetCode: number;
}

export interface StreamRequest {
  method?: string;
  headers?: OutgoingHttpHeaders;
  /** Sent whole. Without one the stream stays open on this side for `POST`. */
  body?: string | Buffer;
}

/** A session that is open, until the test ends. */
export async function openSession(
  port: number,
  options: SecureClientSessionOptions & { secure?: boolean } = {},
): Promise<ClientHttp2Session> {
  const { secure = false, ...rest } = options;
  const session = connect(`${secure ? 'https' : 'http'}://127.0.0.1:${port}`, rest);
  onTestFinished(() => session.destroy());
  await once(session, 'connect');
  return session.on('error', () => undefined);
}

/** A stream with its request, of which nothing is read yet. */
export function openStream(
  session: ClientHttp2Session,
  path: string,
  { method = 'GET', headers = {}, body }: StreamRequest = {},
): ClientHttp2Stream {
  const about = { ':path': path, ':method': method, ...headers };
  const stream = session.request(about, { endStream: method === 'GET' });
  stream.on('error', () => undefined);
  if (body !== undefined) stream.end(body);
  return stream;
}

/** Opens streams and resets them before anything of theirs was sent: all go in one packet. */
export function openAndReset(
  session: ClientHttp2Session,
  path: string,
  count: number,
  request?: StreamRequest,
): void {
  for (let index = 0; index < count; index++) {
    openStream(session, path, request).close(constants.NGHTTP2_CANCEL);
  }
}

/** What came on a stream, when it has ended. */
export function exchangeOf(stream: ClientHttp2Stream): Promise<StreamExchange> {
  const chunks: Buffer[] = [];
  let status: number | undefined;
  stream.on('response', (headers: IncomingHttpHeaders & { ':status'?: number }) => {
    status = headers[':status'];
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    stream.once('close', () => {
      const body = Buffer.concat(chunks).toString();
      resolve({ status, body, resetCode: stream.rstCode ?? 0 });
    });
  });
}

/** One request on a stream of its own. */
export function ask(
  session: ClientHttp2Session,
  path: string,
  request?: StreamRequest,
): Promise<StreamExchange> {
  return exchangeOf(openStream(session, path, request));
}

/** Waits until the server has seen all that was sent on a session. */
export function seen(session: ClientHttp2Session): Promise<void> {
  return new Promise((resolve, reject) => {
    session.ping((error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}
