import type { Socket } from 'node:net';

/**
 * Waits for the first bytes of a server that speaks first. False: it closed, or nothing came before
 * the signal. The socket is of no use to anyone afterwards.
 */
export function greeted(socket: Socket, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onAbort = (): void => resolve(false);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('close', onAbort).once('data', () => resolve(true));
  if (signal.aborted || socket.destroyed) resolve(false);
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}
