import { isIP, type Server, type Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

import { addressList } from '../../common/http/address-list.ts';
import { ignore } from '../../common/ignore.ts';
import { thisMachine } from '../../common/options/machine.ts';
import { currentScope } from '../../context/context-scope.ts';
import { endsOf } from '../worker/socket-ends.ts';
import { type ProxyProtocolOptions, proxyProtocolOptions, UNIX } from './adapter.options.ts';
import { parseProxyHeader, type ProxiedPeer } from './proxy-header.ts';

/**
 * Makes a server accept the PROXY protocol, version 1 or 2, from trusted proxies: sockets, TLS
 * ones too, then have the client's `remoteAddress`, `remotePort` and `remoteFamily`. Closes a
 * trusted proxy's connection without a valid header.
 *
 * @throws TypeError, RangeError naming the invalid option
 */
export function acceptProxyProtocol<S extends Server>(server: S, options: ProxyProtocolOptions): S {
  const resolved = proxyProtocolOptions.check('proxyProtocol', options, thisMachine());
  const isTrusted = addressList(
    'proxyProtocol.trust',
    resolved.trust.filter((one) => one !== UNIX),
  );
  const trustsPaths = resolved.trust.includes(UNIX);
  const isProxy = ({ remoteAddress }: Socket): boolean => {
    if (remoteAddress !== undefined) return isTrusted(remoteAddress);
    return trustsPaths && isAtPath(server);
  };
  server.on('listening', () => {
    if (isAtPath(server) && !trustsPaths)
      currentScope().log.warn({ context: 'proxy' }, NOT_TRUSTED);
  });
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  const handshakes = server instanceof TlsServer ? new Handshakes() : undefined;
  const emitLater = (event: string, ...args: unknown[]): boolean => {
    handshakes?.look(event, args);
    const socket = args[0] as Socket;
    if (event !== 'connection' || !isProxy(socket)) return emit(event, ...args);
    readHeader(socket, resolved.headerTimeoutMs, (peer) => {
      if (peer !== undefined) {
        showPeer(socket, peer);
        handshakes?.began(socket, peer);
      }
      emit(event, ...args);
    });
    return true;
  };
  Object.assign(server, { emit: emitLater });
  return server;
}

const NOT_TRUSTED =
  'connections to a path have no address: their PROXY headers are not read, ' +
  "unless proxyProtocol.trust has 'unix'";

function isAtPath(server: Server): boolean {
  return typeof server.address() === 'string';
}

/**
 * Clients of connections in a TLS handshake, which yields another socket that reads its remote
 * address from the kernel.
 */
class Handshakes {
  readonly #peers = new Map<string | object, ProxiedPeer>();

  began(socket: Socket, peer: ProxiedPeer): void {
    const ends = endsOf(socket);
    this.#peers.set(ends, peer);
    socket.once('close', () => {
      if (this.#peers.get(ends) === peer) this.#peers.delete(ends);
    });
  }

  /** Patches the TLS socket of an event before any listener sees it. */
  look(event: string, args: readonly unknown[]): void {
    if (event === 'secureConnection') this.#ended(args[0] as Socket);
    else if (event === 'tlsClientError') this.#ended(args[1] as Socket);
  }

  #ended(socket: Socket): void {
    const peer = this.#peers.get(endsOf(socket));
    if (peer !== undefined) showPeer(socket, peer);
  }
}

/** Calls `then` with the header's client, if any; puts the bytes after it back. */
function readHeader(
  socket: Socket,
  withinMs: number,
  then: (peer: ProxiedPeer | undefined) => void,
): void {
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
    if (bytes.length > header.length) socket.unshift(bytes.subarray(header.length));
    then(header.peer);
  };
  // Node itself destroys a socket after an error.
  socket.on('readable', read).once('close', end).on('error', ignore);
}

/** Overrides the socket's remote address with the client's. */
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
