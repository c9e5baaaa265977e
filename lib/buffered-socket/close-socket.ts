import { type Duplex, finished } from 'node:stream';

import { LimitedWait, type Limits } from './wait-limits.ts';

/**
 * Lingering close: destroys a socket once it has sent its bytes, or at the limit; resolves when it
 * is closed. Discards bytes received meanwhile, because a close with unread bytes resets the
 * connection, and the peer might lose the last bytes sent.
 */
export async function closeSocket(socket: Duplex, limits: Limits): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const destroy = (): void => void socket.destroy();
  const settle = finished(socket, () => resolve());
  const wait = new LimitedWait(limits, destroy);
  if (socket.writableFinished) destroy();
  else socket.once('finish', destroy).resume().end();
  await promise;
  wait.release();
  settle();
  socket.off('finish', destroy);
}

/** Destroys a socket that has no error listener left. */
export function destroySocket(socket: Duplex, error: Error | undefined): void {
  const settle = finished(socket, () => settle());
  socket.destroy(error);
}
