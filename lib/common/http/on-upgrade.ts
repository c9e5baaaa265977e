import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';

type UpgradeListener = (request: IncomingMessage, socket: Socket) => void;

/**
 * Calls `listener` first for every upgrade and CONNECT, but only once the application listens too:
 * a listener alone would make Node pass on what it else serves or refuses itself.
 */
export function onUpgrade(server: Server, listener: UpgradeListener): void {
  const missing = new Set(['upgrade', 'connect']);
  for (const event of missing) {
    if (server.listenerCount(event) === 0) continue;
    missing.delete(event);
    server.prependListener(event, listener);
  }
  server.on('newListener', (event: string) => {
    if (missing.delete(event)) server.prependListener(event, listener);
  });
}
