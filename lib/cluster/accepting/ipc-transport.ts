import type { Server, Socket } from 'node:net';

import { ignore } from '../../common/ignore.ts';
import type { ListenerAddress, ListenSpec } from '../protocol/control-messages.ts';
import type { Held, ListenEvents, OpenedListener, Transport } from '../protocol/transport.ts';
import { listenOn, openListener } from './open-listener.ts';

/** Connections as Node sockets, sent with `send(message, handle)`; works on every platform. */
export class IpcTransport implements Transport {
  async open(spec: ListenSpec, events: ListenEvents): Promise<OpenedListener> {
    const { address, servers } = await openListener(spec, holder(events));
    return opened(address, servers, events);
  }

  adopt(fds: readonly number[], _spec: ListenSpec, events: ListenEvents): OpenedListener {
    const servers = fds.map((fd) => listenOn(fd, holder(events)));
    return opened(servers[0]?.address() ?? '', servers, events);
  }
}

function holder({ onConnection, onBatch }: ListenEvents): (socket: Socket) => void {
  return (socket) => {
    onConnection(new HeldSocket(socket));
    onBatch();
  };
}

function opened(
  address: ListenerAddress,
  servers: readonly Server[],
  { onError }: ListenEvents,
): OpenedListener {
  for (const server of servers) server.on('error', onError);
  return {
    address,
    addresses: servers.map((server) => server.address() ?? ''),
    close: () => {
      for (const server of servers) server.close();
    },
  };
}

class HeldSocket implements Held {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    // Node itself destroys the socket after an error.
    socket.on('error', ignore);
  }

  /** Not `end()`: a worker may have the connection too, and only this copy may close. */
  release(): void {
    this.#socket.destroy();
  }

  toSocket(): Socket {
    return this.#socket;
  }
}
