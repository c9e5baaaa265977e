import type { Socket } from 'node:net';

import { EAGAIN, EINTR, type Libc, systemError } from '../../../posix/libc.ts';

/** Read at once at most. What a client sent beyond it is read by Node, as usual. */
const MAX_BYTES = 64 * 1024;

const bytes = Buffer.allocUnsafeSlow(MAX_BYTES);

/**
 * Gives what a client has sent by now to whoever reads the socket on its descriptor: Node alone
 * would read it after the next wait for events. To be called in the same tick in which the server
 * got the socket: TLS looks only then for what was read before.
 */
export function readFirstBytes(libc: Libc, fd: number, socket: Socket): void {
  // The server may have turned the client away.
  if (!socket.writable) return;
  const length = libc.read(fd, bytes, MAX_BYTES);
  if (length > 0) socket.unshift(Buffer.from(bytes.subarray(0, length)));
  // The end of a connection is read once more by Node.
  if (length >= 0) return;
  const errno = libc.errno();
  if (errno === EAGAIN || errno === EINTR) return;
  // The kernel tells an error only once.
  socket.destroy(systemError(errno, 'read'));
}
