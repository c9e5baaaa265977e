import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { onTestFinished } from 'vitest';

/** What may be under way in one direction at a time, in bytes. */
const WINDOW_BYTES = 64 * 1024;

/**
 * A link to `port` that takes `delayMs` each way and carries a window at a time, as a network
 * with a long way does. Ends with the test.
 *
 * @returns the port of its near end
 */
export async function slowLink(port: number, delayMs: number): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    for (const socket of [near, far]) sockets.add(socket);
    carry(near, far, delayMs);
    carry(far, near, delayMs);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** Everything that happens at one end happens at the other later, in the same order. */
function carry(from: Socket, to: Socket, delayMs: number): void {
  let underWay = 0;
  from.on('data', (chunk: Buffer) => {
    underWay += chunk.length;
    if (underWay >= WINDOW_BYTES) from.pause();
    setTimeout(() => {
      to.write(chunk);
      underWay -= chunk.length;
      if (underWay < WINDOW_BYTES) from.resume();
    }, delayMs);
  });
  from.on('end', () => setTimeout(() => to.end(), delayMs));
  from.on('error', () => setTimeout(() => to.resetAndDestroy(), delayMs));
  from.on('close', () => setTimeout(() => to.destroySoon(), delayMs));
}
