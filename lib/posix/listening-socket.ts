import { EADDRINUSE, EINVAL, type Libc, LINUX, succeeded, systemError } from './libc.ts';
import {
  decodeAddress,
  encodeInternet,
  MAX_ADDRESS_BYTES,
  type SocketAddress,
} from './socket-address.ts';

/** An IP address and port. */
export interface ListenTarget {
  address: string;
  port: number;
  ipv6Only?: boolean;
}

const INT_BYTES = 4;

/** Longest time that the kernel holds a connection back until its client sends, in seconds. */
const DEFER_SECONDS = 1;

/** A listening TCP socket opened by this library, not by Node: only we accept on its descriptor. */
export class ListeningSocket {
  readonly fd: number;
  readonly address: SocketAddress;
  readonly #libc: Libc;

  private constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.fd = fd;
    this.address = addressOf(libc, fd);
  }

  /** Opens a socket. @throws Error as `net.Server` emits it (`EADDRINUSE`, `EACCES` ...) */
  static open(libc: Libc, target: ListenTarget, backlog: number): ListeningSocket {
    const fd = listen(libc, target, backlog);
    try {
      return new ListeningSocket(libc, fd);
    } catch (error) {
      libc.close(fd);
      throw error;
    }
  }

  /** Adopts an inherited socket that is already listening. */
  static adopt(libc: Libc, fd: number): ListeningSocket {
    return new ListeningSocket(libc, fd);
  }

  /** Has the kernel hold connections back until their clients have sent something, or 1 s. */
  deferAccept(does: boolean): void {
    set(this.#libc, this.fd, [LINUX.IPPROTO_TCP, LINUX.TCP_DEFER_ACCEPT], does ? DEFER_SECONDS : 0);
  }
}

function listen(libc: Libc, target: ListenTarget, backlog: number): number {
  const { AF_INET, AF_INET6, SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC } = LINUX;
  const bytes = encodeInternet(target.address, target.port);
  if (bytes === undefined) throw failure(EINVAL, target);
  const family = bytes.readUInt16LE(0) as typeof AF_INET | typeof AF_INET6;
  const fd = libc.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw failure(libc.errno(), target);
  set(libc, fd, [LINUX.SOL_SOCKET, LINUX.SO_REUSEADDR], 1);
  if (family === AF_INET6) {
    set(libc, fd, [LINUX.IPPROTO_IPV6, LINUX.IPV6_V6ONLY], target.ipv6Only === true ? 1 : 0);
  }
  if (libc.bind(fd, bytes, bytes.length) < 0 || libc.listen(fd, backlog) < 0) {
    const errno = libc.errno();
    libc.close(fd);
    throw failure(errno, target);
  }
  return fd;
}

function set(libc: Libc, fd: number, [level, name]: [number, number], value: number): void {
  const bytes = Buffer.alloc(INT_BYTES);
  bytes.writeInt32LE(value);
  succeeded(libc, libc.setsockopt(fd, level, name, bytes, INT_BYTES), 'setsockopt');
}

function addressOf(libc: Libc, fd: number): SocketAddress {
  const bytes = Buffer.alloc(MAX_ADDRESS_BYTES);
  const length = Buffer.alloc(INT_BYTES);
  length.writeUInt32LE(MAX_ADDRESS_BYTES);
  succeeded(libc, libc.getsockname(fd, bytes, length), 'getsockname');
  return decodeAddress(bytes);
}

function failure(errno: number, { address, port }: ListenTarget): Error {
  const error = systemError(errno, 'listen');
  const what = errno === EADDRINUSE ? 'address already in use' : 'cannot listen';
  const place = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return Object.assign(error, {
    message: `listen ${error.code}: ${what} ${place}`,
    address,
    port,
  });
}
