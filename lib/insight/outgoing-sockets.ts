import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

import { storage } from '../context/storage.ts';
import { routeNameOf } from './route-name.ts';

/** What is known of a connection that this process opened. */
export interface OutgoingSocket {
  /** When it was opened, in milliseconds since the epoch. */
  openedAt: number;
  /** Request in which it was opened. */
  openedBy: string;
}

const CHANNEL = 'net.client.socket';

/** Connections that are followed. */
const MAX_FOLLOWED = 10_000;

/** Follows the connections that this process opens, whoever opens them. */
export class OutgoingSockets {
  readonly #sockets = new Map<Socket, OutgoingSocket>();

  /** The returned function ends it. */
  start(): () => void {
    const onSocket = (message: unknown): void =>
      this.#follow((message as { socket: Socket }).socket);
    subscribe(CHANNEL, onSocket);
    return () => void unsubscribe(CHANNEL, onSocket);
  }

  /** By the end here, as `address:port`. */
  byLocalEnd(): Map<string, OutgoingSocket> {
    const known = [...this.#sockets].map(([{ localAddress, localPort }, about]) => {
      return [`${localAddress}:${localPort}`, about] as const;
    });
    return new Map(known);
  }

  #follow(socket: Socket): void {
    if (this.#sockets.size >= MAX_FOLLOWED) return;
    const openedBy = routeNameOf(storage.getStore());
    this.#sockets.set(socket, { openedAt: Date.now(), openedBy });
    socket.once('close', () => this.#sockets.delete(socket));
  }
}
