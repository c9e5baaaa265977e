import type { AddressInfo, ListenOptions, Server, Socket } from 'node:net';

import { ListenError } from '../cluster.errors.ts';
import type { Grant, ListenSpec } from '../protocol/control-messages.ts';
import type { ConnectionTable } from './connection-table.ts';
import { listenOptions } from './listen-options.ts';
import { sharedTickets, type UseTicketKeys } from './session-tickets.ts';
import { clientSpeaksFirst, refusalKindOf, trackRequests } from './track-requests.ts';

/** Callbacks of a server for its listener. */
export interface Listening {
  readonly receive: (socket: Socket) => void;
  /** Called before it listens and at each key rotation. */
  readonly useTicketKeys: UseTicketKeys | undefined;
}

/** Requests listeners from the primary. */
export interface ListenerHost {
  listen(spec: Omit<ListenSpec, 'ordinal'>, listening: Listening): Promise<Grant>;
  unlisten(listener: number): void;
}

type ServerState =
  | { kind: 'NEW' }
  | { kind: 'LISTENING'; grant: Grant }
  | { kind: 'CLOSING' }
  | { kind: 'CLOSED' };

/** Interval at which a closing server closes idle connections. */
const CLOSE_EVERY_MS = 50;

/**
 * Puts a server under the group's accept queue: replaces its `listen`, `address`, `listening`,
 * `close` and `getConnections`. Connections arrive as `connection` events; the `listening` event
 * starts the server's own timeouts.
 */
export function manageServer<S extends Server>(
  server: S,
  host: ListenerHost,
  table: ConnectionTable,
): S {
  trackRequests(server, table);
  new ManagedServer(server, host, table).install();
  managed.add(server);
  return server;
}

const managed = new WeakSet<Server>();

/** Whether a server is under the group's accept queue. */
export function isManaged(server: Server): boolean {
  return managed.has(server);
}

class ManagedServer {
  readonly #server: Server;
  readonly #host: ListenerHost;
  readonly #table: ConnectionTable;
  readonly #closeNatively: (callback?: (error?: Error) => void) => unknown;
  readonly #listening: Listening;
  #state: ServerState = { kind: 'NEW' };

  constructor(server: Server, host: ListenerHost, table: ConnectionTable) {
    this.#server = server;
    this.#host = host;
    this.#table = table;
    this.#closeNatively = server.close.bind(server);
    this.#listening = {
      receive: (socket) => this.#receive(socket),
      useTicketKeys: sharedTickets(server),
    };
  }

  install(): void {
    const own = {
      listen: (...args: unknown[]) => this.#listen(args),
      address: () => this.#address(),
      close: (callback?: (error?: Error) => void) => this.#close(callback),
      getConnections: (callback: (error: Error | null, count: number) => void) => {
        process.nextTick(callback, null, this.#table.countOf(this.#server));
        return this.#server;
      },
    };
    Object.assign(this.#server, own);
    Object.defineProperty(this.#server, 'listening', {
      get: () => this.#state.kind === 'LISTENING',
    });
  }

  #listen(args: unknown[]): Server {
    const callback = args.at(-1);
    if (this.#state.kind === 'CLOSED') this.#state = { kind: 'NEW' };
    if (typeof callback === 'function') this.#server.once('listening', () => callback());
    void this.#open(listenOptions(args));
    return this.#server;
  }

  async #open(options: ListenOptions & { fd?: number }): Promise<void> {
    try {
      const tickets = this.#listening.useTicketKeys !== undefined;
      const spec = { ...specOf(options, this.#server), tickets };
      const grant = await this.#host.listen(spec, this.#listening);
      if (this.#state.kind !== 'NEW') return this.#host.unlisten(grant.listener);
      this.#state = { kind: 'LISTENING', grant };
      this.#server.emit('listening');
      this.#closeWhenAborted(options.signal);
    } catch (error) {
      this.#server.emit('error', error);
    }
  }

  #closeWhenAborted(signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) this.#close();
    else signal?.addEventListener('abort', () => void this.#close(), { once: true });
  }

  #receive(socket: Socket): void {
    if (this.#state.kind !== 'LISTENING') return void socket.destroy();
    socket.allowHalfOpen = 'allowHalfOpen' in this.#server && this.#server.allowHalfOpen === true;
    socket.setNoDelay(true);
    this.#table.opened(socket, this.#server);
    this.#server.emit('connection', socket);
    this.#table.awaits(socket, this.#server);
  }

  #address(): AddressInfo | string | null {
    return this.#state.kind === 'LISTENING' ? this.#state.grant.address : null;
  }

  #close(callback?: (error?: Error) => void): Server {
    if (this.#state.kind !== 'LISTENING') {
      this.#state = { kind: 'CLOSED' };
      this.#closeNatively(callback);
      return this.#server;
    }
    this.#host.unlisten(this.#state.grant.listener);
    this.#state = { kind: 'CLOSING' };
    if (callback !== undefined) this.#server.once('close', () => callback());
    this.#closeWhenEmpty();
    return this.#server;
  }

  /** Polls, because connections become idle one by one. */
  #closeWhenEmpty(): void {
    this.#table.closeIdle(0, this.#server);
    if (this.#table.countOf(this.#server) > 0) {
      setTimeout(() => this.#closeWhenEmpty(), CLOSE_EVERY_MS);
      return;
    }
    this.#state = { kind: 'CLOSED' };
    this.#closeNatively();
  }
}

function specOf(
  options: ListenOptions & { fd?: number },
  server: Server,
): Omit<ListenSpec, 'ordinal'> {
  if (options.fd !== undefined) {
    throw new ListenError(
      'A worker cannot listen on a descriptor (fd): the primary opens the listener. ' +
        'Name a port, host or path.',
    );
  }
  for (const name of ['reusePort', 'exclusive'] as const) {
    if (options[name] !== true) continue;
    throw new ListenError(
      `A worker cannot listen with ${name}: the workers of a group share one listener. Leave it out.`,
    );
  }
  const spec: Omit<ListenSpec, 'ordinal'> = {
    refusal: refusalKindOf(server),
    clientFirst: clientSpeaksFirst(server),
  };
  const { host, path, backlog, ipv6Only, readableAll, writableAll } = options;
  if (path !== undefined)
    return { ...spec, ...defined({ path, backlog, readableAll, writableAll }) };
  return { ...spec, port: options.port ?? 0, ...defined({ host, backlog, ipv6Only }) };
}

function defined<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(values).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
