import type { Socket } from 'node:net';

import type {
  HandoffMessage,
  ListenerAddress,
  ListenSpec,
  WorkerLoad,
  WorkerUsage,
} from './control-messages.ts';
import type { Lease, LeaseAction } from './lease.ts';

/** How connections reach a worker: Node's IPC channel, or descriptors over a socket (Linux). */
export type TransportKind = 'ipc' | 'fd';

/** An accepted connection held by the primary. */
export interface Held {
  /** Closes the primary's copy; a worker's copy is not affected. */
  release(): void;
  /** Returns the connection as a socket of this process. */
  toSocket(): Socket;
}

/** Events of a listener. */
export interface ListenEvents {
  onConnection: (held: Held) => void;
  /** Called after each batch of connections. */
  onBatch: () => void;
  /** Called with errors after listening began. */
  onError: (error: Error) => void;
}

/** The sockets of one listener. */
export interface OpenedListener {
  readonly address: ListenerAddress;
  /** All its addresses: one, or each address of `localhost`. */
  readonly addresses: readonly ListenerAddress[];
  /** Stops accepting; accepted connections stay. */
  close(): void;
}

/** The primary's side of one worker's leases: see lease.ts and fd/lease-board.ts. */
export interface Leases<T> {
  /** Whether another connection may be offered. */
  readonly isFree: boolean;
  /** Number of leases awaiting claims. */
  readonly unclaimed: number;
  /** Unclaimed lease that expires first. */
  readonly offered: Lease<T> | undefined;
  /** @returns whether it was offered: shared memory may change after `isFree` */
  offer(lease: Lease<T>): boolean;
  /** Revokes an expired lease. */
  expire(id: number): LeaseAction<T>[];
  /** Call when the worker has ended. */
  end(): LeaseAction<T>[];
}

/** Readings that a worker publishes in shared memory. */
export interface SharedReadings extends WorkerLoad {
  /** Changes while its event loop turns. */
  readonly beats: number;
  /** Latest measurement; undefined before the first. */
  readonly usage: WorkerUsage | undefined;
}

/**
 * Link from the primary to one worker through shared memory and a dedicated socket. Absent with
 * the IPC transport.
 */
export interface WorkerLink<T> {
  readonly leases: Leases<T>;
  readonly readings: SharedReadings;
  /** Descriptors to pass to the worker, where they start at 5. */
  readonly stdio: readonly number[];
  /** Whether it has unclaimed leases: the worker claims without notifying the primary. */
  readonly isWaiting: boolean;
  /** Closes the primary's copies of `stdio` once the worker has them. */
  started(): void;
  handOff(message: HandoffMessage, held: Held): void;
  /** Sends hand-offs since the last call. */
  flush(): void;
  /** Returns lease outcomes since the last call. */
  collect(): LeaseAction<T>[];
  /** Asks for a signal at the worker's next claim. */
  askForSignal(): void;
  close(): void;
}

/** Accepts connections and passes them on. */
export interface Transport {
  readonly kind: TransportKind;
  /** Accepted but unreported connections, plus listeners still accepting their last ones. */
  readonly inTransit: number;
  /** Rejects with the system's error if it can't listen. */
  open(spec: ListenSpec, events: ListenEvents): Promise<OpenedListener>;
  /** Accepts on listening sockets inherited from another process. */
  adopt(fds: readonly number[], spec: ListenSpec, events: ListenEvents): OpenedListener;
  /** Creates a new worker's link; `onSignal` is called when the worker answers `askForSignal`. */
  link?<T>(onSignal: () => void): WorkerLink<T>;
  close(): void;
}
