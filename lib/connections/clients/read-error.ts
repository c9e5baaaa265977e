import { ConnectionError } from '../connection.errors.ts';

/** Undici's own limits of time, by the part of an answer that was late. */
const LATE = new Map<unknown, string>([
  ['UND_ERR_HEADERS_TIMEOUT', 'sent no answer'],
  ['UND_ERR_BODY_TIMEOUT', 'stopped in the middle of an answer'],
]);

/** What a connection that broke, or that the other side ended, is called. */
const BROKEN: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Undici's message where the other side ended the connection. */
const ENDED = 'other side closed';

/**
 * What a call of undici fails with, as it is told. What was late is an error of ours. A connection
 * that broke stays undici's error, since interceptors that try again look at its code; ours is its
 * cause, which says what a caller gets.
 */
export function readError(service: string, error: Error): Error {
  const reason = String((error as NodeJS.ErrnoException).code);
  const what = LATE.get(reason);
  if (what !== undefined) {
    const message = `"${service}" ${what} in time`;
    return new ConnectionError('READ_TIMEOUT', message, { service, reason, cause: error });
  }
  if (BROKEN.has(reason)) {
    const failure = error.message === ENDED ? 'ENDED' : 'RESET';
    const message = `The connection to "${service}" broke: ${error.message}`;
    error.cause ??= new ConnectionError(failure, message, { service, reason });
  }
  return error;
}
