import type { Socket } from 'node:net';

import { lingering } from '../../common/http/lingering.ts';
import { isSending } from '../worker/linger-after-answers.ts';

/** Malformed request, or one that did not arrive in time. */
type ClientError = Error & { readonly code?: string };

interface Logging {
  readonly log: { trace(fields: object, message: string): void };
}

const OTHER = { status: 400, error: 'Bad Request', message: 'Client Error' };

const TOO_LATE = { status: 408, error: 'Request Timeout', message: 'Client Timeout' };

const ANSWERS = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', TOO_LATE],
  [
    'HPE_HEADER_OVERFLOW',
    {
      status: 431,
      error: 'Request Header Fields Too Large',
      message: 'Exceeded maximum allowed HTTP header size',
    },
  ],
]);

/** Fastify option: answers as Fastify does, but also reaches clients that are still sending. */
export const CLIENT_ERRORS = { clientErrorHandler: answerClientError };

function answerClientError(this: Logging, error: ClientError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  this.log.trace({ err: error }, 'client error');
  const answer = ANSWERS.get(error.code ?? '') ?? OTHER;
  if (socket.writable) socket.write(textOf(answer));
  // A client that only timed out, and is not sending, needs no lingering.
  const isDue = answer !== TOO_LATE || isSending(socket);
  if (socket.writable && isDue) lingering.end(socket);
  else socket.destroy(error);
}

function textOf({ status, error, message }: typeof OTHER): string {
  const body = JSON.stringify({ error, message, statusCode: status });
  return (
    `HTTP/1.1 ${status} ${error}\r\n` +
    `Content-Length: ${body.length}\r\n` +
    `Content-Type: application/json\r\nConnection: close\r\n\r\n${body}`
  );
}
