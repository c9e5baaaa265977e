import type { Dialer } from '../dialer.ts';
import type { LazySocket } from './lazy-socket.ts';
import { lazySocket } from './sockets.ts';

/**
 * Creates a `createConnection` for `ldapts`, for `ldap:` URLs. TLS is the service's, or begins with
 * `startTLS()`.
 *
 * @example
 * new Client({ url: 'ldap://users', createConnection: ldapConnection(connections, 'users') });
 */
export function ldapConnection(dialer: Dialer, service: string): () => LazySocket {
  return () => lazySocket(dialer, service, { isShared: true }).setNoDelay(true);
}
