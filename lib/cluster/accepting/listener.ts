import type { Distribution } from '../../stats/distribution.ts';
import type { ListenerAddress, ListenSpec } from '../protocol/control-messages.ts';
import type { TransportKind, WorkerLink } from '../protocol/transport.ts';
import type { ShedReason } from './accept-queue.ts';

/** Whether another process, which has taken the sockets over, goes on with them. */
export interface SocketUse {
  areShared: boolean;
}

/** A listener of the primary, whichever way its connections reach the workers. */
export interface Listener {
  readonly id: number;
  /** Which workers may get its connections. */
  readonly role: 'app' | 'meta';
  readonly spec: ListenSpec;
  readonly address: ListenerAddress;
  readonly addresses: readonly ListenerAddress[];
  /** Readable address: `127.0.0.1:3000`, `[::]:3000` or a path. */
  readonly name: string;
  /** Most connections that may wait. */
  readonly limit: number;
  /** Connections that wait, or are on their way to a worker. */
  readonly held: number;
  /** Time for which the connection at the head of the queue has waited; 0 while none waits. */
  readonly oldestAgeMs: number;
  /** Connections refused so far. */
  readonly shed: Record<ShedReason, number>;
  /** Whether the worker was granted this listener. */
  readonly isServedBy: (worker: { readonly listeners: ReadonlySet<number> }) => boolean;
  /** Starts to accept on inherited sockets. */
  acceptInherited(): void;
  /**
   * Passes a worker what it needs to accept by itself.
   *
   * @returns indices of the sockets on the board; none if connections are passed to it
   * @throws ListenError if the kernel is short of a resource
   */
  grantTo(link: WorkerLink | undefined): number[];
  /** Stops accepting; workers still get what has arrived. */
  stop(sockets: SocketUse): void;
  /** Does what is due. Call it several times a second. */
  tick(): void;
  /** Gives up what waits. */
  close(sockets: SocketUse): void;
  /** Distribution of the waits until connections were handed on or shed, for merging. */
  waits(): ReturnType<Distribution['totals']>;
  snapshot(): ListenerSnapshot;
}

/** One row of `/api/v1/accept-queue`. */
export interface ListenerSnapshot {
  listener: string;
  /** Whether the application or the pages serve it. */
  role: 'app' | 'meta';
  transport: TransportKind;
  length: number;
  maxQueue: number;
  oldestAgeMs: number;
  accepted: number;
  handed: number;
  pending: number;
  closed: number;
  shed: Record<ShedReason, number>;
  lingering: number;
  ageMs: { p50: number | null; p95: number | null; p99: number | null; max: number | null };
}

/** Returns whether a worker was granted the listener. */
export function servedBy(id: number): Listener['isServedBy'] {
  return ({ listeners }) => listeners.has(id);
}

/** Readable form of an address. */
export function addressText(address: ListenerAddress): string {
  if (typeof address === 'string') return address;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
