import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Server, type Socket } from 'node:net';

import type { HeldAddress } from '../../common/http/leaving.ts';
import type { ConnectionTable } from './connection-table.ts';
import { isManaged } from './managed-server.ts';
import { trackRequests } from './track-requests.ts';

/** Channel on which Node publishes every call of `listen`. */
const LISTENING = 'tracing:net.server.listen:asyncStart';

/** An application that may have an HTTP server. */
interface HasServer {
  getHttpServer?(): Server | undefined;
}

/**
 * Tracks servers of an application that are not under an accept queue, to drain them: those of
 * `runSingle`, and of another adapter in a group. Fastify's extra servers for `localhost` are
 * recognized by their shared request handler.
 */
export class TrackedServers {
  readonly #table: ConnectionTable;
  readonly #tracked = new Set<Server>();
  /** Listening servers not known to be the application's. */
  readonly #others = new Set<Server>();

  constructor(table: ConnectionTable) {
    this.#table = table;
    subscribe(LISTENING, this.#onListen);
  }

  /** Addresses of all listening servers, the application's and others. */
  get addresses(): HeldAddress[] {
    return [...this.#tracked, ...this.#others].flatMap((server) => {
      const address = server.address();
      return typeof address === 'string' ? address : (address?.port ?? []);
    });
  }

  /** Whether an HTTP server listens: another adapter's is known as the application's only later. */
  get isServing(): boolean {
    return [...this.#tracked].some((server) => server.listening) || [...this.#others].some(isHttp);
  }

  /** Adds a server of the application. */
  track(server: Server): void {
    if (this.#tracked.has(server)) return;
    this.#tracked.add(server);
    trackRequests(server, this.#table);
    // Before other listeners.
    server.prependListener('connection', (socket: Socket) => this.#table.opened(socket, server));
    for (const other of this.#others) if (isSame(server, other)) this.#adopt(other);
  }

  /** Adds the server of an application, unless it is under an accept queue. */
  trackOf(application: object): void {
    const server = (application as HasServer).getHttpServer?.();
    if (server !== undefined && !isManaged(server)) this.track(server);
  }

  /** Stops accepting; open connections go on. */
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

function isHttp(server: Server): boolean {
  return server.listenerCount('request') > 0;
}

/** Whether both share a request handler. */
function isSame(one: Server, other: Server): boolean {
  const handlers = new Set(one.listeners('request'));
  return other.listeners('request').some((handler) => handlers.has(handler));
}

/** Avoids HTTP's `close`, which also closes idle connections: requests may be on their way. */
function stopListening(server: Server): void {
  if (!server.listening) return;
  Server.prototype.close.call(server);
  const close = server.close.bind(server);
  // The application closes it again after its last request.
  server.close = (callback) =>
    close((error?: NodeJS.ErrnoException) => {
      callback?.(error?.code === 'ERR_SERVER_NOT_RUNNING' ? undefined : error);
    });
}
