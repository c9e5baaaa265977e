import type { Socket } from 'node:net';

const ENDS = ['remoteAddress', 'remotePort', 'localAddress', 'localPort'] as const;

/**
 * Both ends of a connection as the kernel knows them, whatever a PROXY header says: the same for a
 * socket of TLS and for the one below it, of which Node tells nothing.
 */
export function endsOf(socket: Socket): string {
  const prototype = Object.getPrototypeOf(socket) as object;
  return ENDS.map((name) => String(Reflect.get(prototype, name, socket))).join(' ');
}
