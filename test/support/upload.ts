import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Upload {
  port: number;
  path: string;
  /** What is sent of the body, in bytes. */
  bytes: number;
  /** What is announced of it. @default all of it */
  length?: number | 'chunked';
  /** How long the sending takes, in milliseconds. @default as fast as it goes */
  overMs?: number;
  headers?: Readonly<Record<string, string>>;
}

export interface HttpUpload extends Upload {
  /** Whose certificate is taken; absent: no TLS. */
  ca?: string;
}

const PARTS = 40;

/**
 * Sends all of a body before it reads anything of the answer, as Python's `http.client` does.
 *
 * @returns the status, or the system's code in place of one
 */
export async function uploadBlindly(upload: Upload): Promise<number | string | undefined> {
  const { port, bytes, overMs = 0 } = upload;
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let errorCode: string | undefined;
  socket.on('error', ({ code }: NodeJS.ErrnoException) => (errorCode ??= code));
  socket.write(headOf(upload));
  const part = Buffer.alloc(Math.ceil(bytes / PARTS), 'x');
  for (let count = 0; count < PARTS && socket.errored === null; count++) {
    // oxlint-disable-next-line no-await-in-loop -- one part after another
    await new Promise<void>((resolve) => socket.write(framed(upload, part), () => resolve()));
    // oxlint-disable-next-line no-await-in-loop -- one part after another
    if (overMs > 0) await sleep(overMs / PARTS);
  }
  if (errorCode !== undefined) return errorCode;
  socket.end(upload.length === 'chunked' ? '0\r\n\r\n' : '');
  const answer = await text(socket).catch(() => '');
  return answer === '' ? errorCode : Number(answer.split(' ')[1]);
}

/** Sends a body by `node:http` or `node:https`; the status, or the system's code in place of one. */
export function uploadByHttp({
  port,
  path,
  bytes,
  headers = {},
  ca,
}: HttpUpload): Promise<number | string | undefined> {
  const request = (ca === undefined ? httpRequest : httpsRequest)({
    port,
    host: '127.0.0.1',
    path,
    method: 'POST',
    agent: false,
    headers: { 'content-type': 'text/plain', 'content-length': bytes, ...headers },
    ...(ca === undefined ? {} : { ca }),
  });
  return new Promise((resolve) => {
    request.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code));
    request.on('response', (response) => {
      response.on('error', () => undefined).resume();
      resolve(response.statusCode);
    });
    request.end(Buffer.alloc(bytes, 'x'));
  });
}

function headOf({ path, bytes, length = bytes, headers = {} }: Upload): string {
  const framing =
    length === 'chunked' ? 'Transfer-Encoding: chunked' : `Content-Length: ${wholeParts(length)}`;
  const others = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\nHost: test\r\nContent-Type: text/plain\r\n${framing}\r\n${others.join('')}\r\n`;
}

/** All parts are of the same length. */
function wholeParts(length: number): number {
  return Math.ceil(length / PARTS) * PARTS;
}

function framed({ length }: Upload, part: Buffer): Buffer {
  if (length !== 'chunked') return part;
  return Buffer.concat([Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from('\r\n')]);
}
