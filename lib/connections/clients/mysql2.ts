import type { Dialer } from '../dialer.ts';
import type { LazySocket } from './lazy-socket.ts';
import { lazySocket } from './sockets.ts';

/**
 * `stream` for `mysql2`'s connections and pools. MySQL begins TLS within its own protocol, so it
 * is configured at the client (`ssl`), not at the service.
 *
 * @example
 * createPool({ stream: mysql2Stream(connections, 'db'), database: 'receipts', user: 'receipts' });
 */
export function mysql2Stream(dialer: Dialer, service: string): () => LazySocket {
  // With a stream of its own, mysql2 leaves its options to whoever made it.
  const options = { tlsBy: 'client', serverSpeaksFirst: true } as const;
  return () => lazySocket(dialer, service, options).setNoDelay(true);
}
