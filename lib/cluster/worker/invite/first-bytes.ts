import type { Socket } from 'node:net';

import { EAGAIN, EINTR, type Libc, systemError } from '../../../posix/libc.ts';

/** Limit of one read; Node reads the rest as usual. */
const MAX_BYTES = 64 * 1024;

const bytes = Buffer.allocUnsafeSlow(MAX_BYTES);

/**
 * Reads what the client has already sent and puts it into the socket: Node alone would read it only
 * after its next poll. Call it in the tick in which the server got the socket: TLS looks for bytes
 * read earlier only then.
 */
export function readFirstBytes(libc: Libc, fd: number, socket: Socket): void {
  // The server may have rejected the client.
  if (!socket.writable) return;
  const length = libc.read(fd, bytes, MAX_BYTES);
  if (length > 0) {
    const first = Buffer.allocUnsafe(length);
    bytes.copy(first, 0, 0, length);
    socket.unshift(first);
  }
  // On end of stream, Node reads it again itself.
  if (length >= 0) return;
  const errno = libc.errno();
  if (errno === EAGAIN || errno === EINTR) return;
  // The kernel reports an error only once.
  socket.destroy(systemError(errno, 'read'));
}
