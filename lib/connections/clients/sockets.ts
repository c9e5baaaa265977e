import type { Dialer } from '../dialer.ts';
import { LazySocket } from './lazy-socket.ts';

/** Who does TLS, where there is any: the service's connection, or the client on top of it. */
export type TlsBy = 'service' | 'client';

/** A socket to the service that dials when the client calls `connect`, and not before. */
export function unconnectedSocket(dialer: Dialer, service: string, tlsBy: TlsBy): LazySocket {
  const tls = tlsBy === 'client' ? 'none' : 'service';
  return new LazySocket(({ signal }) => dialer.connect(service, { signal, tls }));
}

export interface LazySocketOptions {
  /**
   * `service`: TLS as the service says. `client`: the client does TLS itself.
   * @default 'service'
   */
  tlsBy?: TlsBy;
}

/**
 * A socket to the service for clients that take one which still connects: it can be written to at
 * once, and emits `connect` like any other.
 */
export function lazySocket(
  dialer: Dialer,
  service: string,
  { tlsBy = 'service' }: LazySocketOptions = {},
): LazySocket {
  return unconnectedSocket(dialer, service, tlsBy).connect();
}
