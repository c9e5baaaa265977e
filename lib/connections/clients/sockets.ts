import { callOptions } from '../../common/options/call-options.ts';
import type { Dialer } from '../dialer.ts';
import { connectForAll, connectForRequest } from './connect-for.ts';
import { type LazySocketOptions, lazySocketOptions } from './lazy-socket.options.ts';
import { LazySocket } from './lazy-socket.ts';

const checked = callOptions('lazySocket', lazySocketOptions);

/** Returns a socket to the service that dials once the client calls `connect`. */
export function unconnectedSocket(
  dialer: Dialer,
  service: string,
  options?: LazySocketOptions,
): LazySocket {
  const { tlsBy, isShared, serverSpeaksFirst } = checked(options);
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
  options?: LazySocketOptions,
): LazySocket {
  return unconnectedSocket(dialer, service, options).connect();
}
