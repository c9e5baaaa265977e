import { chmodSync, unlinkSync } from 'node:fs';

import { EADDRINUSE, EINVAL, type Libc, LINUX, succeeded, systemError } from './libc.ts';
import {
  decodeAddress,
  encodeInternet,
  encodeUnix,
  MAX_ADDRESS_BYTES,
  type SocketAddress,
} from './socket-address.ts';

/** An IP address and port, or the path of a unix socket. */
export type ListenTarget =
  | { address: string; port: number; ipv6Only?: boolean }
  | { path: string; readableAll?: boolean; writableAll?: boolean };

const INT_BYTES = 4;

/** Permission bits of a unix socket for `readableAll` and `writableAll`. */
const READABLE_ALL = 0o444;
const WRITABLE_ALL = 0o222;
const OWNER = 0o755;

/** A listening socket opened by this library, not by Node: only we accept on its descriptor. */
export class ListeningSocket {
  readonly fd: number;
  readonly address: SocketAddress;
  #isOpen = true;

  private constructor(libc: Libc, fd: number) {
    this.fd = fd;
    this.address = addressOf(libc, fd);
  }

  /** Opens a socket. @throws Error as `net.Server` emits it (`EADDRINUSE`, `EACCES` ...) */
  static open(libc: Libc, target: ListenTarget, backlog: number): ListeningSocket {
    const fd = listen(libc, target, backlog);
    try {
      if ('path' in target) allow(target);
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

  /**
   * Gives up the descriptor, which the caller must close, and removes a unix socket's path.
   *
   * @returns false if it was already released
   */
  release(): boolean {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    if (typeof this.address === 'string') removeFile(this.address);
    return true;
  }
}

function listen(libc: Libc, target: ListenTarget, backlog: number): number {
  const { AF_INET, AF_INET6, AF_UNIX, SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC } = LINUX;
  const bytes =
    'path' in target ? encodeUnix(target.path) : encodeInternet(target.address, target.port);
  if (bytes === undefined) throw failure(EINVAL, target);
  const family = bytes.readUInt16LE(0) as typeof AF_INET | typeof AF_INET6 | typeof AF_UNIX;
  const fd = libc.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw failure(libc.errno(), target);
  if (family !== AF_UNIX) set(libc, fd, [LINUX.SOL_SOCKET, LINUX.SO_REUSEADDR], 1);
  if (family === AF_INET6) {
    const isOnly = 'ipv6Only' in target && target.ipv6Only;
    set(libc, fd, [LINUX.IPPROTO_IPV6, LINUX.IPV6_V6ONLY], isOnly ? 1 : 0);
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

function allow({ path, readableAll, writableAll }: Extract<ListenTarget, { path: string }>): void {
  if (readableAll !== true && writableAll !== true) return;
  const readable = readableAll === true ? READABLE_ALL : 0;
  const writable = writableAll === true ? WRITABLE_ALL : 0;
  chmodSync(path, OWNER | readable | writable);
}

function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Already removed.
  }
}

function failure(errno: number, target: ListenTarget): Error {
  const error = systemError(errno, 'listen');
  const what = errno === EADDRINUSE ? 'address already in use' : 'cannot listen';
  const place = 'path' in target ? target.path : placeOf(target);
  const message = `listen ${error.code}: ${what} ${place}`;
  const details = 'path' in target ? { address: target.path, port: -1 } : targetFields(target);
  return Object.assign(error, { message, ...details });
}

function targetFields({ address, port }: { address: string; port: number }): object {
  return { address, port };
}

function placeOf({ address, port }: { address: string; port: number }): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
