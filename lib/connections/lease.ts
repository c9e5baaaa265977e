import type { Socket } from 'node:net';

import type { RequestContext } from '../context/request-context.ts';
import { inBootScope } from './boot-scope.ts';
import type { ConnectionError } from './connection.errors.ts';
import type { ManagedConnection } from './managed-connection.ts';

/** Where a lease comes from and goes back to. */
export interface Lessor {
  readonly readMs: number;
  /** The lease is over: in good order, or not. */
  returned(lease: Lease, connection: ManagedConnection, how: 'released' | 'destroyed'): void;
  broken(lease: Lease, error: ConnectionError): void;
}

/** Of a lease that is watched. */
export interface LeaseWatch {
  readonly since: number;
  readonly stack: string | undefined;
  isTold: boolean;
}

type LeaseState =
  | { kind: 'HELD'; connection: ManagedConnection }
  | { kind: 'OVER'; socket: Socket };

/**
 * A connection of the pool, on loan. Give it back with `release()` when the conversation on it is
 * complete; else `destroy()` it. Leaving a `using` block does the latter, unless it was released.
 *
 * @example
 * using lease = await connections.acquire('rates');
 * const rate = await ask(lease.socket, 'EUR');
 * lease.release();
 */
export class Lease implements Disposable {
  /** The request that it was taken for. */
  readonly context: RequestContext | undefined;
  /** @internal */
  readonly watch: LeaseWatch | undefined;
  readonly address: string;
  readonly #lessor: Lessor;
  #state: LeaseState;
  #failure: ConnectionError | undefined;

  /** @internal */
  constructor(
    connection: ManagedConnection,
    {
      lessor,
      context,
      watch,
      address,
    }: {
      lessor: Lessor;
      context: RequestContext | undefined;
      watch: LeaseWatch | undefined;
      address: string;
    },
  ) {
    this.#state = { kind: 'HELD', connection };
    this.#lessor = lessor;
    this.context = context;
    this.watch = watch;
    this.address = address;
    // Checks that it is a `ConnectionUser`: types of the package show no `broke`, so none says it.
    connection.user = this;
    // Outside: the socket keeps its timer, also one that was cleared, and that its context.
    if (lessor.readMs > 0) inBootScope(() => connection.socket.setTimeout(lessor.readMs));
  }

  get socket(): Socket {
    return this.#state.kind === 'HELD' ? this.#state.connection.socket : this.#state.socket;
  }

  /** Why the connection broke while it was held; undefined: it did not. */
  get failure(): ConnectionError | undefined {
    return this.#failure;
  }

  /**
   * Gives it back. Its listeners must be gone and everything read, else it is closed: the next one
   * would meet what was left. Does nothing the second time.
   */
  release(): void {
    this.#end('released');
  }

  /** Closes it: what is still to come on it is nobody's. */
  destroy(): void {
    this.#end('destroyed');
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** @internal */
  broke(error: ConnectionError): void {
    if (this.#failure !== undefined || this.#state.kind === 'OVER') return;
    this.#failure = error;
    this.#lessor.broken(this, error);
  }

  #end(how: 'released' | 'destroyed'): void {
    if (this.#state.kind === 'OVER') return;
    const { connection } = this.#state;
    this.#state = { kind: 'OVER', socket: connection.socket };
    connection.user = undefined;
    if (this.#lessor.readMs > 0) connection.socket.setTimeout(0);
    this.#lessor.returned(this, connection, how);
  }
}
