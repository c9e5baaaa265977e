import { type Libc, LINUX, succeeded } from './libc.ts';

const { AF_UNIX, SOCK_CLOEXEC, SOCK_NONBLOCK, SOCK_SEQPACKET, SOCK_STREAM } = LINUX;

const BYTES_OF_PAIR = 8;

/**
 * Creates two connected sockets, non-blocking and close-on-exec. `messages` preserves message
 * boundaries, `stream` does not.
 *
 * @throws the system error
 */
export function socketPair(libc: Libc, kind: 'messages' | 'stream'): [number, number] {
  const type = kind === 'messages' ? SOCK_SEQPACKET : SOCK_STREAM;
  const pair = Buffer.alloc(BYTES_OF_PAIR);
  const flags = type | SOCK_NONBLOCK | SOCK_CLOEXEC;
  succeeded(libc, libc.socketpair(AF_UNIX, flags, 0, pair), 'socketpair');
  return [pair.readInt32LE(0), pair.readInt32LE(4)];
}

const ONE = Buffer.alloc(1);

/** Writes one byte to wake the reader of the other end. A full buffer has already woken it. */
export function wake(libc: Libc, fd: number): void {
  libc.write(fd, ONE, ONE.length);
}
