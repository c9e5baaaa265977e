import type { Dialer } from '../dialer.ts';
import { connectForAll, connectForRequest } from './connect-for.ts';
import { LazySocket } from './lazy-socket.ts';

/** Who does TLS, where there is any: the service's connection, or the client on top of it. */
export type TlsBy = 'service' | 'client';

export interface LazySocketOptions {
  /**
   * `service`: TLS as the service says. `client`: the client does TLS itself.
   * @default 'service'
   */
  tlsBy?: TlsBy;
  /**
   * Whether the client keeps the connection for all requests, and connects again by itself: then no
   * request's deadline counts for it.
   * @default false: the deadline of the request that connects counts
   */
  isShared?: boolean;
  /**
   * Whether the protocol begins with a greeting of the server: an address that connects and sends
   * none has failed.
   * @default false
   */
  serverSpeaksFirst?: boolean;
}

/** A socket to the service that dials when the client calls `connect`, and not before. */
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
 * A socket to the service for clients that take one which still connects: it can be written to at
 * once, and emits `connect` like any other.
 */
export function lazySocket(
  dialer: Dialer,
  service: string,
  options: LazySocketOptions = {},
): LazySocket {
  return unconnectedSocket(dialer, service, options).connect();
}
