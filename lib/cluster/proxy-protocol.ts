import { isIP, type Server, type Socket } from 'node:net';

import { addressList } from '../common/address-list.ts';
import { integerOption, objectOption } from '../common/options.ts';
import { parseProxyHeader, type ProxiedPeer } from './proxy-header.ts';

/** Proxies that tell, in the PROXY protocol, for whom they speak. */
export interface ProxyProtocolOptions {
  /**
   * Addresses and networks (`10.0.0.0/8`) of the proxies: every connection of theirs must begin
   * with the header. Connections of all others are taken as they are, without one.
   */
  trusted: readonly string[];
  /** Longest wait for the header, in milliseconds. @default 5000 */
  headerWithinMs?: number;
}

/**
 * Lets a server take connections of trusted proxies in the PROXY protocol, version 1 or 2: sockets
 * then have the client's `remoteAddress` and `remotePort`. A trusted proxy that sends no header,
 * or a wrong one, is cut off.
 *
 * @throws TypeError, RangeError naming the option that is wrong
 */
export function acceptProxyProtocol<S extends Server>(server: S, options: ProxyProtocolOptions): S {
  const { trusted, headerWithinMs = 5_000 } = objectOption('proxyProtocol', options, [
    'trusted',
    'headerWithinMs',
  ]);
  const isProxy = addressList('proxyProtocol.trusted', trusted);
  const range = { min: 1, max: 3_600_000 };
  const withinMs = integerOption('proxyProtocol.headerWithinMs', headerWithinMs, range);
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  const emitLater = (event: string, ...args: unknown[]): boolean => {
    const socket = args[0] as Socket;
    if (event !== 'connection' || !isProxy(socket.remoteAddress ?? '')) return emit(event, ...args);
    readHeader(socket, withinMs, () => emit(event, ...args));
    return true;
  };
  Object.assign(server, { emit: emitLater });
  return server;
}

/** Calls `then` when the header is read; what follows it waits in the socket. */
function readHeader(socket: Socket, withinMs: number, then: () => void): void {
  let bytes = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), withinMs);
  const end = (): void => {
    clearTimeout(timer);
    socket.off('readable', read).off('close', end).off('error', ignore);
  };
  const read = (): void => {
    const chunk = socket.read() as Buffer | null;
    if (chunk === null) return;
    bytes = Buffer.concat([bytes, chunk]);
    const header = parseProxyHeader(bytes);
    if (header.kind === 'incomplete') return;
    end();
    if (header.kind === 'invalid') return void socket.destroy();
    if (header.peer !== undefined) showPeer(socket, header.peer);
    if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length));
    then();
  };
  socket.on('readable', read).once('close', end).on('error', ignore);
}

/** The socket tells the client's address instead of the proxy's, to whoever asks for it. */
function showPeer(socket: Socket, { address, port }: ProxiedPeer): void {
  const family = isIP(address) === 6 ? 'IPv6' : 'IPv4';
  for (const [name, value] of Object.entries({
    remoteAddress: address,
    remotePort: port,
    remoteFamily: family,
  })) {
    Object.defineProperty(socket, name, { value, configurable: true });
  }
}

/** Node destroys a socket after an error by itself. */
function ignore(): void {}
