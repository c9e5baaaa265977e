import type { Dialer } from '../dialer.ts';
import type { LazySocket } from './lazy-socket.ts';
import { unconnectedSocket } from './sockets.ts';

/**
 * `stream` for `pg`'s `Client` and `Pool`. PostgreSQL begins TLS within its own protocol, so it is
 * configured at the client (`ssl`), not at the service.
 *
 * @example
 * new Pool({ stream: pgStream(connections, 'db'), database: 'receipts', user: 'receipts' });
 */
export function pgStream(dialer: Dialer, service: string): () => LazySocket {
  return () => unconnectedSocket(dialer, service, { tlsBy: 'client' });
}
