import type { Socket } from 'node:net';

const ENDS = ['remoteAddress', 'remotePort', 'localAddress', 'localPort'] as const;

/**
 * Key of a connection: both its addresses as the kernel has them, ignoring any PROXY header. Equal
 * for a TLS socket and the socket below it. Without addresses, as at a path, that socket itself.
 */
export function endsOf(socket: Socket): string | object {
  const prototype = Object.getPrototypeOf(socket) as object;
  const ends = ENDS.map((name) => Reflect.get(prototype, name, socket) as unknown);
  if (ends.some((end) => end !== undefined)) return ends.join(' ');
  // Node's own name for what is below a TLS socket.
  const below = Reflect.get(socket, '_parent') as unknown;
  return typeof below === 'object' && below !== null ? below : socket;
}
