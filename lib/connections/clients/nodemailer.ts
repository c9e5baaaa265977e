import type { Socket } from 'node:net';
import { callbackify } from 'node:util';

import { outside } from '../../common/outside.ts';
import type { Dialer } from '../dialer.ts';
import { connectForRequest } from './connect-for.ts';

/** Receives the socket for nodemailer's SMTP connection. */
export type SocketCallback = (
  error: Error | null,
  options: { connection: Socket; secured: boolean } | false,
) => void;

/**
 * Creates a `getSocket` for `nodemailer`'s SMTP transports, pooled or not. With TLS of the service,
 * the client treats the connection as secured; else its own `secure` or STARTTLS applies.
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
      outside(() => {
        if (error !== null) return callback(error, false);
        callback(null, { connection, secured: dialer.describe(service).tls !== undefined });
      }),
    );
}
