import { type Libc, LINUX, succeeded } from './libc.ts';

const { AF_UNIX, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_SEQPACKET, SOCK_STREAM } = LINUX;

const BYTES_OF_PAIR = 8;

/**
 * Two connected sockets that don't block and that children don't inherit by themselves.
 * `messages` keeps the boundaries of what is sent, `stream` does not.
 *
 * @throws Error of the system
 */
export function socketPair(libc: Libc, kind: 'messages' | 'stream'): [number, number] {
  const type = kind === 'messages' ? SOCK_SEQPACKET : SOCK_STREAM;
  const pair = Buffer.alloc(BYTES_OF_PAIR);
  const flags = type | SOCK_NONBLOCK | SOCK_CLOEXEC;
  succeeded(libc, libc.socketpair(AF_UNIX, flags, 0, pair), 'socketpair');
  return [pair.readInt32LE(0), pair.readInt32LE(4)];
}

const ONE = Buffer.alloc(1);

/** Writes one byte to wake whoever reads the other end. A full buffer has woken it already. */
export function wake(libc: Libc, fd: number): void {
  libc.write(fd, ONE, ONE.length);
}
