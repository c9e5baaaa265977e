import type { Socket } from 'node:net';

import { outside } from '../../common/outside.ts';
import type { RequestContext } from '../../context/request-context.ts';
import type { ConnectionError } from '../connection.errors.ts';
import type { ManagedConnection } from './managed-connection.ts';

/** Owner of a lease. */
export interface Lessor {
  readonly readMs: number;
  /** Starts leak detection of a new lease; undefined: it is off. */
  watch(): LeaseWatch | undefined;
  checkLeak(lease: Lease, watch: LeaseWatch, now: number): void;
  /** Called when the lease ends. */
  returned(connection: ManagedConnection, how: 'released' | 'destroyed'): void;
  broken(lease: Lease, error: ConnectionError): void;
}

/**
 * Limit of silence from which a lease is given its timer at the next sweep, a second later at most:
 * most leases are over by then, and timers were a third of what one cost.
 */
const SWEPT_FROM_MS = 10_000;

/** Leak detection of a lease. */
export interface LeaseWatch {
  readonly since: number;
  readonly stack: string | undefined;
  isTold: boolean;
}

/**
 * A leased connection of the pool. Return it with `release()` when the exchange on it is complete,
 * else `destroy()` it, as leaving a `using` block does unless it was released.
 *
 * @example
 * using lease = await connections.acquire('rates');
 * const rate = await ask(lease.socket, 'EUR');
 * lease.release();
 */
export class Lease implements Disposable {
  /** Request that it was taken for. */
  readonly context: RequestContext | undefined;
  /** @internal */
  readonly watch: LeaseWatch | undefined;
  readonly address: string;
  readonly socket: Socket;
  readonly #lessor: Lessor;
  /** Undefined once the lease is over. */
  #held: ManagedConnection | undefined;
  #failure: ConnectionError | undefined;
  #isTimed = false;

  /** @internal */
  constructor(connection: ManagedConnection, lessor: Lessor, context: RequestContext | undefined) {
    this.socket = connection.socket;
    this.#held = connection;
    this.#lessor = lessor;
    this.context = context;
    this.watch = lessor.watch();
    this.address = connection.endpoint.key;
    // Type-checks as a `ConnectionUser`; `implements` would show what is internal.
    connection.user = this;
    if (lessor.readMs > 0 && lessor.readMs < SWEPT_FROM_MS) this.#limitSilence();
  }

  /** @internal Called about once a second. */
  look(now: number): void {
    this.#limitSilence();
    if (this.watch !== undefined) this.#lessor.checkLeak(this, this.watch, now);
  }

  #limitSilence(): void {
    const { readMs } = this.#lessor;
    if (this.#isTimed || readMs === 0) return;
    this.#isTimed = true;
    // Outside any request: the socket keeps even a cleared timer, and that its async context.
    outside(() => this.socket.setTimeout(readMs));
  }

  /** Error of a connection that broke while it was held. */
  get failure(): ConnectionError | undefined {
    return this.#failure;
  }

  /**
   * Returns the connection. It is destroyed if data listeners or unread bytes are left, which would
   * disturb the next lease. Does nothing the second time.
   */
  release(): void {
    this.#end('released');
  }

  /** Destroys the connection: for an exchange that is not complete. */
  destroy(): void {
    this.#end('destroyed');
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** @internal */
  broke(error: ConnectionError): void {
    if (this.#failure !== undefined || this.#held === undefined) return;
    this.#failure = error;
    this.#lessor.broken(this, error);
  }

  #end(how: 'released' | 'destroyed'): void {
    const connection = this.#held;
    if (connection === undefined) return;
    this.#held = undefined;
    connection.user = undefined;
    if (this.#lessor.readMs > 0 && this.socket.timeout) this.socket.setTimeout(0);
    this.#lessor.returned(connection, how);
  }
}
