import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';

import { outside } from '../../common/outside.ts';
import type { Dialer } from '../dialer.ts';
import { connectForAll } from './connect-for.ts';

/** Receives the stream of a connection. */
export type StreamCallback = (error?: Error, stream?: Duplex) => void;

/**
 * Creates a `stream` for `mariadb`'s connections and pools. TLS begins within the protocol, so
 * configure it in the client (`ssl`), not in the service. The pool connects in a loop of its own,
 * so no request's deadline applies.
 *
 * @example
 * createPool({ stream: mariadbStream(connections, 'db'), database: 'receipts', user: 'receipts' });
 */
export function mariadbStream(dialer: Dialer, service: string): (callback: StreamCallback) => void {
  const connect = callbackify(() =>
    connectForAll(dialer, service, { tls: 'none', serverSpeaksFirst: true }),
  );
  return (callback) =>
    connect((error, socket) =>
      outside(() => {
        if (error !== null) return callback(error);
        callback(undefined, socket.setNoDelay(true));
        // The socket is open already, but mariadb sets its time limits on 'connect'.
        socket.emit('connect');
      }),
    );
}
