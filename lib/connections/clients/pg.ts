import type { Dialer } from '../dialer.ts';
import type { LazySocket } from './lazy-socket.ts';
import { unconnectedSocket } from './sockets.ts';

/**
 * Creates a `stream` for `pg`'s `Client` and `Pool`. TLS begins within the protocol, so configure
 * it in the client (`ssl`), not in the service.
 *
 * @example
 * new Pool({ stream: pgStream(connections, 'db'), database: 'receipts', user: 'receipts' });
 */
export function pgStream(dialer: Dialer, service: string): () => LazySocket {
  return () => unconnectedSocket(dialer, service, { tlsBy: 'client' });
}
