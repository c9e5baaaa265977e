import type { Socket } from 'node:net';

const ENDS = ['remoteAddress', 'remotePort', 'localAddress', 'localPort'] as const;

/**
 * Key of a connection: both its addresses as the kernel has them, ignoring any PROXY header. Equal
 * for a TLS socket and the socket below it, which Node does not expose.
 */
export function endsOf(socket: Socket): string {
  const prototype = Object.getPrototypeOf(socket) as object;
  return ENDS.map((name) => String(Reflect.get(prototype, name, socket))).join(' ');
}
