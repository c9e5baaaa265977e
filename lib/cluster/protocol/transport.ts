import type { Socket } from 'node:net';

import type {
  HandoffMessage,
  ListenerAddress,
  ListenSpec,
  WorkerLoad,
  WorkerUsage,
} from './control-messages.ts';
import type { Lease, LeaseAction } from './lease.ts';

/** How connections reach a worker: Node's own channel, or descriptors over a socket (Linux). */
export type TransportKind = 'ipc' | 'fd';

/** An accepted connection that the primary holds. */
export interface Held {
  /** Closes the primary's copy; a worker that has one too is not affected. */
  release(): void;
  /** The connection as a socket of this process, to answer on it. */
  toSocket(): Socket;
}

/** What happens to a listener. */
export interface ListenEvents {
  onConnection: (held: Held) => void;
  /** After one connection or several that came together. */
  onBatch: () => void;
  /** With the errors of a listener that listens. */
  onError: (error: Error) => void;
}

/** Sockets that listen for one listener. */
export interface OpenedListener {
  readonly address: ListenerAddress;
  /** All that it listens on: one, or one per family for `localhost`. */
  readonly addresses: readonly ListenerAddress[];
  /** Stops accepting; what was accepted stays. */
  close(): void;
}

/** The primary's side of the leases of one worker: see lease.ts and fd/lease-board.ts. */
export interface Leases<T> {
  /** Whether a connection may be offered. */
  readonly isFree: boolean;
  /** How many leases wait for their claims. */
  readonly unclaimed: number;
  /** The lease that expires first of those that wait for their claims. */
  readonly offered: Lease<T> | undefined;
  /** @returns whether it could: what is shared with a worker changes at any time */
  offer(lease: Lease<T>): boolean;
  /** Gives up a lease that is past its expiry. */
  expire(id: number): LeaseAction<T>[];
  /** The worker is gone. */
  end(): LeaseAction<T>[];
}

/** What a worker says of itself in memory that it shares with the primary. */
export interface SharedReadings extends WorkerLoad {
  /** Changes as long as its event loop turns. */
  readonly beats: number;
  /** What it costs, as it measured last; undefined before the first time. */
  readonly usage: WorkerUsage | undefined;
}

/**
 * The way from the primary to one worker by shared memory and a socket of its own. Without one,
 * all goes over Node's channel.
 */
export interface WorkerLink<T> {
  readonly leases: Leases<T>;
  readonly readings: SharedReadings;
  /** Descriptors for the worker, from its descriptor 5 on. */
  readonly stdio: readonly number[];
  /** Whether anything is out that the worker may claim, unseen by the primary. */
  readonly isWaiting: boolean;
  /** The worker has its descriptors: closes the copies. */
  started(): void;
  handOff(message: HandoffMessage, held: Held): void;
  /** Sends what was handed off since the last time. */
  flush(): void;
  /** What became of the leases since the last time. */
  collect(): LeaseAction<T>[];
  /** Asks for a signal at the worker's next claim. */
  askForSignal(): void;
  close(): void;
}

/** How a group accepts connections and passes them on. */
export interface Transport {
  readonly kind: TransportKind;
  /** Connections that were accepted and not told yet, and listeners that still accept the last. */
  readonly inTransit: number;
  /** Rejects with the system's error when the address can't be had. */
  open(spec: ListenSpec, events: ListenEvents): Promise<OpenedListener>;
  /** Accepts on sockets that listen already, opened by another process. */
  adopt(fds: readonly number[], spec: ListenSpec, events: ListenEvents): OpenedListener;
  /** For a worker that is to be started; `onSignal` is called when it answers `askForSignal`. */
  link?<T>(onSignal: () => void): WorkerLink<T>;
  close(): void;
}
