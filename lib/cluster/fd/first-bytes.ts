import type { Socket } from 'node:net';

import { EAGAIN, EINTR, type Libc, systemError } from '../../posix/libc.ts';

/** Read at once at most. What a client sent beyond it is read by Node, as usual. */
const MAX_BYTES = 64 * 1024;

const bytes = Buffer.allocUnsafeSlow(MAX_BYTES);

/**
 * Puts what a client has sent by now into the socket on its descriptor, for whoever reads it next:
 * Node alone would read it after the next wait for events.
 *
 * @returns the error that the read met, as Node would tell it; the kernel tells it only once
 */
export function readFirstBytes(libc: Libc, fd: number, socket: Socket): Error | undefined {
  const length = libc.read(fd, bytes, MAX_BYTES);
  if (length > 0) socket.unshift(Buffer.from(bytes.subarray(0, length)));
  if (length >= 0) return undefined;
  const errno = libc.errno();
  return errno === EAGAIN || errno === EINTR ? undefined : systemError(errno, 'read');
}
