import { constants, endianness } from 'node:os';
import { getSystemErrorName } from 'node:util';

import { type Koffi, loadKoffi } from './koffi.ts';

/**
 * C library calls that Node does not expose. Each returns what C returns; on failure, `errno`
 * gives the reason. Only `epollWait` blocks.
 */
export interface Libc {
  readonly accept4: (fd: number, address: null, length: null, flags: number) => number;
  readonly bind: (fd: number, address: Buffer, length: number) => number;
  readonly close: (fd: number) => number;
  readonly connect: (fd: number, address: Buffer, length: number) => number;
  readonly epollCreate1: (flags: number) => number;
  readonly epollCtl: (epoll: number, operation: number, fd: number, event: Buffer | null) => number;
  readonly epollWait: (epoll: number, events: Buffer, most: number, timeoutMs: number) => number;
  readonly ftruncate: (fd: number, bytes: number) => number;
  readonly getsockname: (fd: number, address: Buffer, length: Buffer) => number;
  readonly getsockopt: (
    ...args: [fd: number, level: number, name: number, value: Buffer, length: Buffer]
  ) => number;
  readonly listen: (fd: number, backlog: number) => number;
  readonly memfdCreate: (name: string, flags: number) => number;
  readonly mmap: (
    ...args: [
      at: null,
      bytes: number,
      protection: number,
      flags: number,
      fd: number,
      offset: number,
    ]
  ) => unknown;
  readonly prctl: (option: number, value: number) => number;
  readonly read: (fd: number, bytes: Buffer, length: number) => number;
  readonly recv: (fd: number, bytes: Buffer, length: number, flags: number) => number;
  readonly recvmsg: (fd: number, header: Buffer, flags: number) => number;
  readonly send: (fd: number, bytes: Buffer, length: number, flags: number) => number;
  readonly sendmsg: (fd: number, header: Buffer, flags: number) => number;
  readonly setsockopt: (
    ...args: [fd: number, level: number, name: number, value: Buffer, length: number]
  ) => number;
  readonly shutdown: (fd: number, how: number) => number;
  readonly socket: (family: number, type: number, protocol: number) => number;
  readonly socketpair: (family: number, type: number, protocol: number, pair: Buffer) => number;
  readonly write: (fd: number, bytes: Buffer, length: number) => number;
  /** Error number of the last call on this thread. */
  readonly errno: () => number;
  /** Address of a buffer, which must stay referenced while C may access it. */
  readonly address: (buffer: Buffer) => bigint;
  /** Memory at a pointer returned by `mmap`. */
  readonly view: (pointer: unknown, bytes: number) => ArrayBuffer;
}

const DEFINITIONS = {
  accept4: 'int accept4(int fd, void *address, void *length, int flags)',
  bind: 'int bind(int fd, void *address, unsigned int length)',
  close: 'int close(int fd)',
  connect: 'int connect(int fd, void *address, unsigned int length)',
  epollCreate1: 'int epoll_create1(int flags)',
  epollCtl: 'int epoll_ctl(int epoll, int operation, int fd, void *event)',
  epollWait: 'int epoll_wait(int epoll, void *events, int most, int timeoutMs)',
  ftruncate: 'int ftruncate(int fd, long bytes)',
  getsockname: 'int getsockname(int fd, void *address, void *length)',
  getsockopt: 'int getsockopt(int fd, int level, int name, void *value, void *length)',
  listen: 'int listen(int fd, int backlog)',
  memfdCreate: 'int memfd_create(const char *name, unsigned int flags)',
  mmap: 'void *mmap(void *at, size_t bytes, int protection, int flags, int fd, long offset)',
  prctl: 'int prctl(int option, unsigned long value)',
  read: 'long read(int fd, void *bytes, unsigned long length)',
  recv: 'long recv(int fd, void *bytes, unsigned long length, int flags)',
  recvmsg: 'long recvmsg(int fd, void *header, int flags)',
  send: 'long send(int fd, void *bytes, unsigned long length, int flags)',
  sendmsg: 'long sendmsg(int fd, void *header, int flags)',
  setsockopt: 'int setsockopt(int fd, int level, int name, void *value, unsigned int length)',
  shutdown: 'int shutdown(int fd, int how)',
  socket: 'int socket(int family, int type, int protocol)',
  socketpair: 'int socketpair(int family, int type, int protocol, void *pair)',
  write: 'long write(int fd, void *bytes, unsigned long length)',
} as const;

/**
 * Loads the C library through the optional package koffi.
 *
 * @throws Error with the reason: not Linux, koffi not installed, unsupported architecture
 */
export async function loadLibc(): Promise<Libc> {
  if (process.platform !== 'linux') throw new Error(`${process.platform} is not Linux`);
  // The struct layouts are 64-bit little endian: x64, arm64, riscv64.
  if (!['x64', 'arm64', 'riscv64'].includes(process.arch) || endianness() !== 'LE') {
    throw new Error(`the layout of structures on ${process.arch} is not known`);
  }
  return bindAll(await loadKoffi());
}

function bindAll(koffi: Koffi): Libc {
  const library = koffi.load(null);
  const functions = Object.fromEntries(
    Object.entries(DEFINITIONS).map(([name, definition]) => [name, library.func(definition)]),
  );
  const rest = {
    errno: () => koffi.errno(),
    address: (buffer: Buffer) => BigInt(koffi.address(buffer)),
    view: (pointer: unknown, bytes: number) => koffi.view(pointer, bytes),
  };
  return { ...functions, ...rest } as Libc;
}

/** Linux constants, the same on every architecture that `loadLibc` accepts. */
export const LINUX = {
  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 10,
  SOCK_STREAM: 1,
  SOCK_SEQPACKET: 5,
  SOCK_NONBLOCK: 0o4000,
  SOCK_CLOEXEC: 0o2000000,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  IPPROTO_TCP: 6,
  TCP_DEFER_ACCEPT: 9,
  TCP_INFO: 11,
  IPPROTO_IPV6: 41,
  IPV6_V6ONLY: 26,
  SCM_RIGHTS: 1,
  MSG_DONTWAIT: 0x40,
  MSG_NOSIGNAL: 0x4000,
  MSG_CMSG_CLOEXEC: 0x40000000,
  SHUT_RD: 0,
  SHUT_WR: 1,
  EPOLL_CLOEXEC: 0o2000000,
  EPOLL_CTL_ADD: 1,
  EPOLL_CTL_DEL: 2,
  EPOLL_CTL_MOD: 3,
  EPOLLIN: 1,
  EPOLLONESHOT: 0x40000000,
  MFD_CLOEXEC: 1,
  PROT_READ_WRITE: 3,
  MAP_SHARED: 1,
} as const;

/** Flags of `accept4` for sockets that Node takes over. */
export const NEW_SOCKET = LINUX.SOCK_NONBLOCK | LINUX.SOCK_CLOEXEC;

/** Creates an error like Node's for a failed system call. */
export function systemError(errno: number, syscall: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(-errno);
  return Object.assign(new Error(`${syscall} ${code}`), { errno: -errno, code, syscall });
}

/** Returns the result of a call. @throws the system error if it failed */
export function succeeded(libc: Libc, result: number, syscall: string): number {
  if (result < 0) throw systemError(libc.errno(), syscall);
  return result;
}

export const { EAGAIN, EINTR, EMFILE, ENFILE, ENOENT, ECONNABORTED, EADDRINUSE, EACCES, EINVAL } =
  constants.errno;
