import type { Socket } from 'node:net';

import type { PassedDescriptor } from '../../posix/pass-descriptors.ts';
import type { ListenerAddress, ListenSpec, WorkerLoad, WorkerUsage } from './control-messages.ts';

/**
 * How workers get connections: accepted by the primary and passed over Node's IPC channel, or
 * accepted by themselves on sockets of the primary (Linux).
 */
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
  /** Called after each connection. */
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

/** Accepts connections in the primary. */
export interface Transport {
  /** Rejects with the system's error if it can't listen. */
  open(spec: ListenSpec, events: ListenEvents): Promise<OpenedListener>;
  /** Accepts on listening sockets inherited from another process. */
  adopt(fds: readonly number[], spec: ListenSpec, events: ListenEvents): OpenedListener;
}

/** Readings that a worker publishes in shared memory. */
export interface SharedReadings extends WorkerLoad {
  /** Changes while its event loop turns. */
  readonly beats: number;
  /** Latest measurement; undefined before the first. */
  readonly usage: WorkerUsage | undefined;
}

/** Link from the primary to one worker that accepts by itself. Absent with the IPC transport. */
export interface WorkerLink {
  readonly readings: SharedReadings;
  /** Its line on the board. */
  readonly index: number;
  /** Descriptors to pass to the worker, where they start at 5. */
  readonly stdio: readonly number[];
  /** Connections that it has taken. */
  readonly taken: number;
  /** Closes the primary's copies of `stdio` once the worker has them. */
  started(): void;
  /** Whether it shall take connections. */
  setOpen(isOpen: boolean): void;
  /** Passes listening sockets. @returns false if the kernel is short of a resource */
  pass(sockets: readonly PassedDescriptor[]): boolean;
  /** Call when the worker has ended. */
  close(): void;
}
