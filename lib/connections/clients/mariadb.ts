import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';

import { inBootScope } from '../boot-scope.ts';
import type { Dialer } from '../dialer.ts';

/** Takes the stream of a connection. */
export type StreamCallback = (error?: Error, stream?: Duplex) => void;

/**
 * `stream` for `mariadb`'s connections and pools. TLS begins within the protocol, so it is
 * configured at the client (`ssl`), not at the service.
 *
 * @example
 * createPool({ stream: mariadbStream(connections, 'db'), database: 'receipts', user: 'receipts' });
 */
export function mariadbStream(dialer: Dialer, service: string): (callback: StreamCallback) => void {
  const connect = callbackify(() => dialer.connect(service, { tls: 'none' }));
  return (callback) =>
    connect((error, socket) =>
      inBootScope(() => {
        if (error !== null) return callback(error);
        callback(undefined, socket.setNoDelay(true));
        // It came connected, and mariadb sets its time limits when it hears of that.
        socket.emit('connect');
      }),
    );
}
