import type { Dialer } from '../dialer.ts';
import type { LazySocket } from './lazy-socket.ts';
import { lazySocket } from './sockets.ts';

/**
 * Creates a `stream` for `mysql2`'s connections and pools. TLS begins within the protocol, so
 * configure it in the client (`ssl`), not in the service.
 *
 * @example
 * createPool({ stream: mysql2Stream(connections, 'db'), database: 'receipts', user: 'receipts' });
 */
export function mysql2Stream(dialer: Dialer, service: string): () => LazySocket {
  // mysql2 does not set `noDelay` on a stream that it was given.
  const options = { tlsBy: 'client', serverSpeaksFirst: true } as const;
  return () => lazySocket(dialer, service, options).setNoDelay(true);
}
