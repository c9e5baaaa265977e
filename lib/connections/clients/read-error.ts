import { ConnectionError } from '../connection.errors.ts';

/** Message by code of undici's own time limits. */
const LATE = new Map<unknown, string>([
  ['UND_ERR_HEADERS_TIMEOUT', 'did not answer'],
  ['UND_ERR_BODY_TIMEOUT', 'did not complete its answer'],
]);

/** Error codes of a connection that broke or was ended by the peer. */
const BROKEN: ReadonlySet<unknown> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Undici's message when the peer ended the connection. */
const ENDED = 'other side closed';

/**
 * Translates the error of a call of undici. A timeout becomes a `ConnectionError`. A broken
 * connection stays undici's error, because retry interceptors check its code, and gets a
 * `ConnectionError` as its cause, which determines the status of an HTTP answer.
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
