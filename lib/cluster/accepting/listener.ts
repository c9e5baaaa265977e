import type { Clock } from '../../common/clock.ts';
import { CoDel } from '../../common/codel.ts';
import type { ResolvedAcceptQueueOptions } from '../group.options.ts';
import type { ListenerAddress, ListenSpec } from '../protocol/control-messages.ts';
import type {
  Held,
  ListenEvents,
  OpenedListener,
  Transport,
  TransportKind,
} from '../protocol/transport.ts';
import type { InheritedListener } from '../takeover/inherited-sockets.ts';
import { AcceptQueue, type ShedReason } from './accept-queue.ts';
import type { Refuser } from './refuse.ts';

export interface ListenerOptions {
  id: number;
  /** Which workers may get its connections. */
  role: 'app' | 'meta';
  spec: ListenSpec;
  /** Sockets opened by another process; accepts nothing until `acceptInherited()`. */
  inherited?: InheritedListener | undefined;
  acceptQueue: ResolvedAcceptQueueOptions;
  transport: Transport;
  clock: Clock;
  refuser: Refuser;
  /** Whether no process serves it, or will soon: connections are refused instead of queued. */
  isDown: () => boolean;
  /** Whether one more connection may be held, over all listeners. */
  hasRoom: () => boolean;
  /** Called after an accepted connection, or a batch of them. */
  onAccept: () => void;
  /** Called with errors of an open listener. */
  onError: (error: Error) => void;
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

/** A listener of the primary and the queue of its accepted connections. */
export class Listener {
  readonly id: number;
  readonly role: 'app' | 'meta';
  readonly spec: ListenSpec;
  readonly queue: AcceptQueue<Held>;
  /** Whether the worker was granted this listener. */
  readonly isServedBy = (worker: { readonly listeners: ReadonlySet<number> }): boolean =>
    worker.listeners.has(this.id);
  readonly #options: ListenerOptions;
  #opened: OpenedListener | undefined;
  #lingering = 0;

  private constructor(options: ListenerOptions) {
    const { id, role, spec, acceptQueue } = options;
    this.id = id;
    this.role = role;
    this.spec = spec;
    this.#options = options;
    this.queue = new AcceptQueue({
      maxQueue: acceptQueue.maxQueue,
      maxWaitMs: acceptQueue.maxWaitMs,
      codel: new CoDel({ targetMs: acceptQueue.targetMs, intervalMs: acceptQueue.intervalMs }),
      shed: (held) => this.#refuse(held),
    });
  }

  get #events(): ListenEvents {
    const { onAccept, onError } = this.#options;
    return { onConnection: (held) => this.#accept(held), onBatch: onAccept, onError };
  }

  /** Opens a listener. @throws the system's error when the address can't be opened */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    const { inherited, spec, transport } = options;
    if (inherited === undefined) {
      listener.#opened = await transport.open(spec, listener.#events);
    }
    return listener;
  }

  /** Starts to accept on inherited sockets. */
  acceptInherited(): void {
    const { inherited, spec, transport } = this.#options;
    if (inherited === undefined || this.#opened !== undefined) return;
    this.#opened = transport.adopt(inherited.fds, spec, this.#events);
  }

  get address(): ListenerAddress {
    return this.#opened?.address ?? this.#options.inherited?.address ?? '';
  }

  get addresses(): readonly ListenerAddress[] {
    return this.#opened?.addresses ?? [this.address];
  }

  /** Readable address: `127.0.0.1:3000`, `[::]:3000` or a path. */
  get name(): string {
    return nameOf(this.address);
  }

  /** Stops accepting; accepted connections stay in the queue. */
  stop(): void {
    this.#opened?.close();
  }

  snapshot(): ListenerSnapshot {
    const counts = this.queue.counts();
    const { p50, p95, p99, max } = this.queue.ages();
    const oldest = this.queue.oldestAcceptedAt;
    return {
      listener: this.name,
      role: this.role,
      transport: this.#options.transport.kind,
      maxQueue: this.#options.acceptQueue.maxQueue,
      oldestAgeMs: oldest === undefined ? 0 : this.#options.clock.now() - oldest,
      lingering: this.#lingering,
      ...counts,
      ageMs: { p50, p95, p99, max },
    };
  }

  #accept(held: Held): void {
    const { hasRoom, isDown } = this.#options;
    if (isDown()) this.queue.acceptAndShed(held, 'down');
    else if (hasRoom()) this.queue.accept(held, this.#options.clock.now());
    else this.queue.acceptAndShed(held, 'full');
  }

  #refuse(held: Held): void {
    if (this.spec.refusal === 'close') return held.release();
    const socket = held.toSocket();
    this.#lingering++;
    socket.once('close', () => this.#lingering--);
    const { refuser, isDown } = this.#options;
    refuser.refuse(socket, isDown() ? 'pages-down' : 'overload');
  }
}

/** Readable form of an address. */
export function nameOf(address: ListenerAddress): string {
  if (typeof address === 'string') return address;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
