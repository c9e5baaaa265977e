import { type Duplex, finished } from 'node:stream';

import { LimitedWait, type Limits } from './wait-limits.ts';

/**
 * Ends a socket when it has sent what it has taken, at the latest when the wait ends. What still
 * comes is discarded: closing with bytes unread would reset the connection, and the other side
 * might lose what was sent last. Resolves when it is closed.
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

/** Destroys a socket of which nobody listens to errors any more. */
export function destroySocket(socket: Duplex, error: Error | undefined): void {
  const settle = finished(socket, () => settle());
  socket.destroy(error);
}
