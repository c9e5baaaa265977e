import type { Dialer } from '../dialer.ts';
import { connectForAll, connectForRequest } from './connect-for.ts';
import { LazySocket } from './lazy-socket.ts';

/** Side that starts TLS, if any: the service's connection, or the client on top of it. */
export type TlsBy = 'service' | 'client';

export interface LazySocketOptions {
  /** `service`: TLS as configured for the service. `client`: none here. @default 'service' */
  tlsBy?: TlsBy;
  /**
   * Whether all requests share the connection and the client reconnects by itself, so that no
   * request's deadline applies.
   * @default false: the deadline of the request that connects applies
   */
  isShared?: boolean;
  /** Whether the server speaks first, so that a missing greeting is a failure. @default false */
  serverSpeaksFirst?: boolean;
}

/** Returns a socket to the service that dials once the client calls `connect`. */
export function unconnectedSocket(
  dialer: Dialer,
  service: string,
  { tlsBy = 'service', isShared = false, serverSpeaksFirst = false }: LazySocketOptions = {},
): LazySocket {
  const tls = tlsBy === 'client' ? 'none' : 'service';
  const connect = isShared ? connectForAll : connectForRequest;
  return new LazySocket(({ signal }) => {
    return connect(dialer, service, { signal, tls, serverSpeaksFirst });
  });
}

/**
 * Returns a socket to the service that is dialling, for clients that accept one: writable at once,
 * and emits `connect` like any other.
 */
export function lazySocket(
  dialer: Dialer,
  service: string,
  options: LazySocketOptions = {},
): LazySocket {
  return unconnectedSocket(dialer, service, options).connect();
}
