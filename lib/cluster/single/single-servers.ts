import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server, type Socket } from 'node:net';

import type { HeldAddress } from '../../common/leaving.ts';
import type { ConnectionTable } from '../worker/connection-table.ts';
import { trackRequests } from '../worker/track-requests.ts';

/** Node tells here of every server that is asked to listen. */
const LISTENING = 'tracing:net.server.listen:asyncStart';

/**
 * The servers of an application that runs in one process, so that it can be drained. Those of
 * `localhost` besides the first, which Fastify makes itself, are known by what handles their requests.
 */
export class SingleServers {
  readonly #table: ConnectionTable;
  readonly #tracked = new Set<Server>();
  /** Servers that listen and are not known to be the application's. */
  readonly #others = new Set<Server>();

  constructor(table: ConnectionTable) {
    this.#table = table;
    subscribe(LISTENING, this.#onListen);
  }

  /** Where servers of this process listen, the application's and others. */
  get addresses(): HeldAddress[] {
    return [...this.#tracked, ...this.#others].flatMap((server) => {
      const address = server.address();
      return typeof address === 'string' ? address : (address?.port ?? []);
    });
  }

  /** It is one of the application's. */
  track(server: Server): void {
    if (this.#tracked.has(server)) return;
    this.#tracked.add(server);
    trackRequests(server, this.#table);
    // Before anything else hears of it.
    server.prependListener('connection', (socket: Socket) => this.#table.opened(socket, server));
    for (const other of this.#others) if (isSame(server, other)) this.#adopt(other);
  }

  /** Connections are not accepted any more; those that are there go on. */
  stopListening(): void {
    unsubscribe(LISTENING, this.#onListen);
    for (const server of this.#tracked) stopListening(server);
  }

  readonly #onListen = (message: unknown): void => {
    const { server } = message as { server: Server };
    if ([...this.#tracked].some((known) => isSame(known, server))) this.#adopt(server);
    else this.#remember(server);
  };

  #remember(server: Server): void {
    if (this.#others.has(server)) return;
    this.#others.add(server);
    server.once('close', () => this.#others.delete(server));
  }

  #adopt(server: Server): void {
    this.#others.delete(server);
    this.track(server);
  }
}

/** Whether one handler takes the requests of both. */
function isSame(one: Server, other: Server): boolean {
  const handlers = new Set(one.listeners('request'));
  return other.listeners('request').some((handler) => handlers.has(handler));
}

/** HTTP servers would close idle connections too, on which requests may be on their way. */
function stopListening(server: Server): void {
  if (!server.listening) return;
  Server.prototype.close.call(server);
  const close = server.close.bind(server);
  // The application closes it once more, when its last request is over.
  server.close = (callback) =>
    close((error?: NodeJS.ErrnoException) => {
      callback?.(error?.code === 'ERR_SERVER_NOT_RUNNING' ? undefined : error);
    });
}
