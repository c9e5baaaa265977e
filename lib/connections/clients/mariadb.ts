import type { Duplex } from 'node:stream';
import { callbackify } from 'node:util';

import { inBootScope } from '../boot-scope.ts';
import type { Dialer } from '../dialer.ts';
import { connectForAll } from './connect-for.ts';

/** Takes the stream of a connection. */
export type StreamCallback = (error?: Error, stream?: Duplex) => void;

/**
 * `stream` for `mariadb`'s connections and pools. TLS begins within the protocol, so it is
 * configured at the client (`ssl`), not at the service. Its pool makes connections in a loop of its
 * own, so no request's deadline counts for them.
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
      inBootScope(() => {
        if (error !== null) return callback(error);
        callback(undefined, socket.setNoDelay(true));
        // It came connected, and mariadb sets its time limits when it hears of that.
        socket.emit('connect');
      }),
    );
}
