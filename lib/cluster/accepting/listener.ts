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
  /** Its sockets, where another process opened them: accepts nothing until told to. */
  inherited?: InheritedListener | undefined;
  acceptQueue: ResolvedAcceptQueueOptions;
  transport: Transport;
  clock: Clock;
  refuser: Refuser;
  /** Whether nobody serves it, nor will soon: then nothing waits. */
  isDown: () => boolean;
  /** Whether one more connection may be held, of all listeners together. */
  hasRoom: () => boolean;
  /** Called after each accepted connection, or several that came together. */
  onAccept: () => void;
  /** Called with the errors of a listener that listens. */
  onError: (error: Error) => void;
}

/** One row of `/api/v1/accept-queue`. */
export interface ListenerSnapshot {
  listener: string;
  transport: TransportKind;
  length: number;
  maxLength: number;
  oldestAgeMs: number;
  accepted: number;
  handed: number;
  pending: number;
  closed: number;
  shed: Record<ShedReason, number>;
  lingering: number;
  ageMs: { p50: number | null; p95: number | null; p99: number | null; max: number | null };
}

/** A listener of the primary, with the queue of what it accepted. */
export class Listener {
  readonly id: number;
  readonly role: 'app' | 'meta';
  readonly spec: ListenSpec;
  readonly queue: AcceptQueue<Held>;
  /** Whether a worker was granted this listener. */
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
      maxLength: acceptQueue.maxLength,
      maxAgeMs: acceptQueue.maxAgeMs,
      codel: new CoDel({ targetMs: acceptQueue.targetMs, intervalMs: acceptQueue.intervalMs }),
      shed: (held) => this.#refuse(held),
    });
  }

  get #events(): ListenEvents {
    const { onAccept, onError } = this.#options;
    return { onConnection: (held) => this.#accept(held), onBatch: onAccept, onError };
  }

  /** Rejects with the system's error when the address can't be had. */
  static async open(options: ListenerOptions): Promise<Listener> {
    const listener = new Listener(options);
    const { inherited, spec, transport } = options;
    if (inherited === undefined) {
      listener.#opened = await transport.open(spec, listener.#events);
    }
    return listener;
  }

  /** Accepts on sockets that were inherited, from now on. */
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

  /** For people: `127.0.0.1:3000`, `[::]:3000` or a path. */
  get name(): string {
    return nameOf(this.address);
  }

  /** Stops accepting. What was accepted stays in the queue. */
  stop(): void {
    this.#opened?.close();
  }

  snapshot(): ListenerSnapshot {
    const counts = this.queue.counts();
    const { p50, p95, p99, max } = this.queue.ages();
    const oldest = this.queue.oldestAcceptedAt;
    return {
      listener: this.name,
      transport: this.#options.transport.kind,
      maxLength: this.queue.maxLength,
      oldestAgeMs: oldest === undefined ? 0 : this.#options.clock.now() - oldest,
      lingering: this.#lingering,
      ...counts,
      ageMs: { p50, p95, p99, max },
    };
  }

  #accept(held: Held): void {
    const { hasRoom, isDown } = this.#options;
    if (hasRoom() && !isDown()) this.queue.accept(held, this.#options.clock.now());
    else this.queue.acceptAndShed(held);
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

/** An address as people write it. */
export function nameOf(address: ListenerAddress): string {
  if (typeof address === 'string') return address;
  const host = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return `${host}:${address.port}`;
}
