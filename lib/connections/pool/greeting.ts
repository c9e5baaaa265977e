import type { Socket } from 'node:net';

/**
 * Waits for the greeting of a server that speaks first; false when the socket closes or the signal
 * aborts before it. Consumes the greeting, so destroy the socket afterwards.
 */
export function greeted(socket: Socket, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onAbort = (): void => resolve(false);
  signal.addEventListener('abort', onAbort, { once: true });
  socket.once('close', onAbort).once('data', () => resolve(true));
  if (signal.aborted || socket.destroyed) resolve(false);
  return promise.finally(() => signal.removeEventListener('abort', onAbort));
}
