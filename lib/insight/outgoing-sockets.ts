import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';

import type { ManagedContext } from '../context/managed-context.ts';
import { storage } from '../context/storage.ts';

/** Connection that this process opened. */
export interface OutgoingSocket {
  /** Time of opening, in milliseconds since the epoch. */
  openedAt: number;
  /** Method and route of the request that opened it; empty: none. */
  openedBy: string;
}

const CHANNEL = 'net.client.socket';

/** Maximum number of connections tracked. */
const MAX_FOLLOWED = 10_000;

/** Tracks the connections that this process opens, those of other packages included. */
export class OutgoingSockets {
  readonly #sockets = new Map<Socket, OutgoingSocket>();

  /** Starts tracking; the returned function stops it. */
  start(): () => void {
    const onSocket = (message: unknown): void =>
      this.#follow((message as { socket: Socket }).socket);
    subscribe(CHANNEL, onSocket);
    return () => void unsubscribe(CHANNEL, onSocket);
  }

  /** Connections by local end, as `address:port`. */
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

/** Method and route pattern of a request; empty if they are unknown. */
function routeNameOf(context: ManagedContext | undefined): string {
  const { method, url } = (context?.routeConfig ?? {}) as { method?: unknown; url?: unknown };
  if (typeof method !== 'string' || typeof url !== 'string') return '';
  return `${method} ${url}`;
}
