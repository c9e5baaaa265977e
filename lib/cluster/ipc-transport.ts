import type { Socket } from 'node:net';

import type { ListenSpec } from './control-messages.ts';
import { openListener } from './open-listener.ts';
import type { Held, ListenEvents, OpenedListener, Transport } from './transport.ts';

/** Connections as sockets of Node's, sent with `send(message, handle)`: every platform has it. */
export class IpcTransport implements Transport {
  readonly kind = 'ipc';
  readonly inTransit = 0;

  async open(spec: ListenSpec, events: ListenEvents): Promise<OpenedListener> {
    const { address, servers } = await openListener(spec, (socket) => {
      events.onConnection(new HeldSocket(socket));
      events.onBatch();
    });
    for (const server of servers) server.on('error', (error) => events.onError(error));
    return {
      address,
      close: () => {
        for (const server of servers) server.close();
      },
    };
  }

  close(): void {}
}

class HeldSocket implements Held {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Node destroys a socket after an error by itself.
    socket.on('error', ignore);
  }

  /** Never `end()`: a worker may have the connection too, and only this copy closes. */
  release(): void {
    this.#socket.destroy();
  }

  toSocket(): Socket {
    return this.#socket;
  }
}

function ignore(): void {}
