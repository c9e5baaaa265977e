import type { Dialer } from '../dialer.ts';
import type { LazySocket } from './lazy-socket.ts';
import { lazySocket } from './sockets.ts';

/**
 * `createConnection` for `ldapts`, with a URL of `ldap:`; TLS is the service's, or begins with
 * `startTLS()`.
 *
 * @example
 * new Client({ url: 'ldap://directory', createConnection: ldapConnection(connections, 'directory') });
 */
export function ldapConnection(dialer: Dialer, service: string): () => LazySocket {
  return () => lazySocket(dialer, service, { isShared: true }).setNoDelay(true);
}
