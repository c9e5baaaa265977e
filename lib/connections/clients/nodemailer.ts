import type { Socket } from 'node:net';
import { callbackify } from 'node:util';

import { inBootScope } from '../boot-scope.ts';
import type { Dialer } from '../dialer.ts';
import { connectForRequest } from './connect-for.ts';

/** Takes what nodemailer sends mail on. */
export type SocketCallback = (
  error: Error | null,
  options: { connection: Socket; secured: boolean } | false,
) => void;

/**
 * `getSocket` for `nodemailer`'s SMTP transports, pooled or not. With TLS of the service the client
 * takes the connection for secured; else `secure` and STARTTLS are the client's.
 *
 * @example
 * createTransport({ host: 'mail', getSocket: mailSocket(connections, 'mail') });
 */
export function mailSocket(
  dialer: Dialer,
  service: string,
): (options: object, callback: SocketCallback) => void {
  const connect = callbackify(() =>
    connectForRequest(dialer, service, { serverSpeaksFirst: true }),
  );
  return (_options, callback) =>
    connect((error, connection) =>
      inBootScope(() => {
        if (error !== null) return callback(error, false);
        callback(null, { connection, secured: dialer.describe(service).tls !== undefined });
      }),
    );
}
