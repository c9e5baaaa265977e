import type { Clock } from '../../common/clock.ts';
import type { ResolvedAcceptQueueOptions } from '../group.options.ts';
import type { ListenerAddress, ListenSpec } from '../protocol/control-messages.ts';
import type { Held, ListenEvents, OpenedListener, Transport } from '../protocol/transport.ts';
import type { InheritedListener } from '../takeover/inherited-sockets.ts';
import { AcceptQueue, type ShedReason } from './accept-queue.ts';
import { type Listener, type ListenerSnapshot, addressText, servedBy } from './listener.ts';
import type { Refuser } from './refuse.ts';
import { StandingQueue } from './standing-queue.ts';

export interface QueuedListenerOptions {
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

/** A listener on which the primary accepts, and the queue of its accepted connections. */
export class QueuedListener implements Listener {
  readonly id: number;
  readonly role: 'app' | 'meta';
  readonly spec: ListenSpec;
  readonly queue: AcceptQueue<Held>;
  readonly isServedBy: Listener['isServedBy'];
  readonly #options: QueuedListenerOptions;
  #opened: OpenedListener | undefined;
  #lingering = 0;

  private constructor(options: QueuedListenerOptions) {
    const { id, role, spec, acceptQueue } = options;
    this.id = id;
    this.role = role;
    this.spec = spec;
    this.isServedBy = servedBy(id);
    this.#options = options;
    this.queue = new AcceptQueue({
      maxQueue: acceptQueue.maxQueue,
      maxWaitMs: acceptQueue.maxWaitMs,
      standing: new StandingQueue(acceptQueue),
      shed: (held) => this.#refuse(held),
    });
  }

  get #events(): ListenEvents {
    const { onAccept, onError } = this.#options;
    return { onConnection: (held) => this.#accept(held), onBatch: onAccept, onError };
  }

  /** Opens a listener. @throws the system's error when the address can't be opened */
  static async open(options: QueuedListenerOptions): Promise<QueuedListener> {
    const listener = new QueuedListener(options);
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

  get name(): string {
    return addressText(this.address);
  }

  get limit(): number {
    return this.#options.acceptQueue.maxQueue;
  }

  get held(): number {
    return this.queue.length + this.queue.pending;
  }

  get oldestAgeMs(): number {
    const oldest = this.queue.oldestAcceptedAt;
    return oldest === undefined ? 0 : this.#options.clock.now() - oldest;
  }

  get shed(): Record<ShedReason, number> {
    return this.queue.counts().shed;
  }

  /** The connections themselves are passed. */
  grantTo(): number[] {
    return [];
  }

  /** Sheds what has waited too long. */
  tick(): void {
    this.queue.sweep(this.#options.clock.now());
  }

  stop(): void {
    this.#opened?.close();
  }

  close(): void {
    this.stop();
    this.queue.close((held) => held.release());
  }

  waits(): ReturnType<AcceptQueue<Held>['waits']> {
    return this.queue.waits();
  }

  snapshot(): ListenerSnapshot {
    const counts = this.queue.counts();
    const { p50, p95, p99, max } = this.queue.ages();
    return {
      listener: this.name,
      role: this.role,
      transport: 'ipc',
      maxQueue: this.limit,
      oldestAgeMs: this.oldestAgeMs,
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
