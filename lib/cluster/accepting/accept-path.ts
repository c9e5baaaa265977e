import { setImmediate as nextLoop } from 'node:timers/promises';

import type { Clock } from '../../common/clock.ts';
import { listenPatiently, type OnAddressInUse } from '../../common/patient-listen.ts';
import { ListenError } from '../cluster.errors.ts';
import type { ResolvedAcceptQueueOptions } from '../group.options.ts';
import type { HandoffReply, ListenSpec } from '../protocol/control-messages.ts';
import type { Lease, LeaseAction } from '../protocol/lease.ts';
import type { Transport } from '../protocol/transport.ts';
import type { Handing, ManagedWorker } from '../supervision/managed-worker.ts';
import { type InheritedSockets, keyOfSpec } from '../takeover/inherited-sockets.ts';
import { pickWorker } from './dispatcher.ts';
import { IpcTransport } from './ipc-transport.ts';
import { LeaseLength } from './lease-length.ts';
import { ListenerTable, MAX_LISTENERS, release } from './listener-table.ts';
import { Listener, type ListenerOptions } from './listener.ts';
import type { Refuser } from './refuse.ts';

export interface AcceptPathOptions {
  acceptQueue: ResolvedAcceptQueueOptions;
  /** Most accepted connections held, over all queues. */
  maxHeld: number;
  /** Monotonic clock that workers read too: leases expire by it. */
  clock: Clock;
  /** Clock of the queues. Stops while this process is stopped: what waits then is not overload. */
  queueClock: Clock;
  refuser: Refuser;
  /** Sockets already open when this process started. */
  inherited: InheritedSockets;
  /** All present worker processes. */
  workers: () => readonly ManagedWorker[];
  /** Called when a listener of the application is open. */
  onOpen: (listener: string) => void;
  /** Called when an address is in use but may soon be free. */
  onInUse: (spec: ListenSpec, ...holder: Parameters<OnAddressInUse>) => void;
  onError: (listener: string, error: Error) => void;
}

/** Interval between sweeps of the queues while a connection waits. */
const SWEEP_EVERY_MS = 25;

/** Delay until claims in shared memory are collected when nothing else triggers it. */
const COLLECT_AFTER_MS = 5;

/**
 * Path from the listening sockets to the workers: accepts eagerly, keeps waiting connections in one
 * bounded queue per listener, and hands the oldest to the least loaded worker.
 */
export class AcceptPath {
  readonly #options: AcceptPathOptions;
  readonly #table = new ListenerTable();
  readonly #leaseTimers = new Map<ManagedWorker, NodeJS.Timeout>();
  readonly #leaseLength: LeaseLength;
  #ids = 0;
  #leases = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #collector: NodeJS.Timeout | undefined;
  #acceptsInherited = false;
  #isClosed = false;
  /** Whether the pages can't start: their clients are refused with that reason. */
  arePagesDown = false;
  /** How connections are accepted and passed on; set before anything listens. */
  transport: Transport = new IpcTransport();

  constructor(options: AcceptPathOptions) {
    this.#options = options;
    this.#leaseLength = new LeaseLength(options.acceptQueue.claimTimeoutMs);
  }

  get listeners(): readonly Listener[] {
    return this.#table.opened;
  }

  /** Connections that wait or are on their way to a worker. */
  get held(): number {
    let held = this.transport.inTransit;
    for (const { queue } of this.#table.opened) held += queue.length + queue.pending;
    return held;
  }

  /**
   * Opens the listener for `spec`, once for all workers of a role. Waits while a predecessor still
   * holds the address.
   *
   * @throws ListenError beyond `MAX_LISTENERS` that workers serve; the system's error when the address can't be opened
   */
  async listen(
    spec: ListenSpec,
    role: ManagedWorker['role'],
    onInUse?: OnAddressInUse,
  ): Promise<Listener> {
    const key = keyOfSpec(spec, role);
    const known = this.#table.ask(key);
    if (known !== undefined) return known;
    if (this.#table.isFull) {
      // Listeners that workers are getting in this turn are theirs by the next.
      await nextLoop();
      const opened = this.#table.ask(key);
      if (opened !== undefined) return opened;
      this.#table.closeUnserved(this.#options.workers());
      if (this.#table.isFull) {
        throw new ListenError(`a group has no more than ${MAX_LISTENERS} listeners`);
      }
    }
    const opening = this.#open(spec, role, onInUse);
    this.#table.add(key, opening);
    return opening;
  }

  /** Hands waiting connections to workers, as far as these have capacity. */
  pump(): void {
    this.#collect();
    this.#offerAll();
    if (this.#isAnyoneWaiting && this.#askForSignals()) this.#offerAll();
    this.#sweepWhileWaiting();
    this.#collectSoon();
  }

  #offerAll(): void {
    for (let next = this.#oldest(); next !== undefined; next = this.#oldest()) {
      const taken = next.listener.queue.take(this.#options.queueClock.now());
      // A faulty worker may change shared memory at any time: the next pump tries again.
      if (taken !== undefined && !this.#offer(next.worker, { listener: next.listener, taken }))
        break;
    }
    for (const { link } of this.#options.workers()) link?.flush();
  }

  /** Settles what workers decided in shared memory. @returns whether there was anything */
  #collect(): boolean {
    let hasChanged = false;
    for (const worker of this.#options.workers()) {
      if (worker.link?.isWaiting !== true) continue;
      const actions = worker.link.collect();
      if (actions.length > 0) hasChanged = true;
      this.#settle(worker, actions);
    }
    return hasChanged;
  }

  /** Asks for a signal at the next claims and settles those made just before. */
  #askForSignals(): boolean {
    for (const { link } of this.#options.workers()) link?.askForSignal();
    return this.#collect();
  }

  /** Collects claims soon: a client sees its connection end only when the last copy closes. */
  #collectSoon(): void {
    if (this.#collector !== undefined) return;
    if (!this.#options.workers().some(({ link }) => link?.isWaiting === true)) return;
    this.#collector = setTimeout(() => {
      this.#collector = undefined;
      // Workers that have not claimed by now may take long: have them signal it.
      if (this.#collect() || this.#askForSignals()) this.pump();
    }, COLLECT_AFTER_MS);
  }

  /** Handles a worker's reply to a hand-off. The order of replies is the protocol: see lease.ts. */
  reply(worker: ManagedWorker, reply: HandoffReply): void {
    if (worker.link !== undefined) return;
    const actions = applyReply(worker, reply);
    // A claim frees the worker: give it the next connection before tidying up this one.
    if (reply.buttress === 'claim') this.pump();
    this.#settle(worker, actions);
    if (reply.buttress === 'declined') this.pump();
  }

  /** Settles connections as a worker's reply or its end decided. */
  #settle(worker: ManagedWorker, actions: LeaseAction<Handing>[]): void {
    for (const { kind, item } of actions) {
      const { listener, taken } = item;
      if (kind === 'returned') {
        listener.queue.giveBack(taken);
        continue;
      }
      worker.handed++;
      this.#countClaim(item);
      listener.queue.settle(taken);
      taken.item.release();
    }
  }

  /** Requeues what a dead worker has not claimed; everything that it wrote has been read. */
  gone(worker: ManagedWorker): void {
    clearTimeout(this.#leaseTimers.get(worker));
    this.#leaseTimers.delete(worker);
    this.#settle(worker, worker.leases.end());
    this.pump();
  }

  /** Closes a listener that a worker has closed, unless another worker still serves it. */
  unlisten(worker: ManagedWorker, id: number): void {
    worker.listeners.delete(id);
    for (const other of this.#options.workers()) if (other.listeners.has(id)) return;
    const listener = this.#table.opened.find((one) => one.id === id);
    if (listener !== undefined) this.#table.close(listener);
  }

  /** Starts to accept on inherited sockets: workers can take the connections now. */
  acceptInherited(): void {
    this.#acceptsInherited = true;
    for (const listener of this.#table.opened) listener.acceptInherited();
  }

  /** Stops accepting; accepted connections are still handed on. */
  stopAccepting(role: ManagedWorker['role']): void {
    for (const listener of this.#table.opened) if (listener.role === role) listener.stop();
  }

  /** Closes all waiting connections and the transport. */
  close(): void {
    this.#isClosed = true;
    for (const { queue } of this.#table.opened) queue.close(release);
    clearTimeout(this.#sweeper);
    clearTimeout(this.#collector);
    this.transport.close();
  }

  async #open(
    spec: ListenSpec,
    role: ManagedWorker['role'],
    onInUse?: OnAddressInUse,
  ): Promise<Listener> {
    const options = this.#listenerOptions(spec, role, (error) => {
      this.#options.onError(listener.name, error);
    });
    const listener: Listener = await listenPatiently(() => Listener.open(options), {
      address: spec.path ?? spec.port ?? 0,
      isWanted: () => !this.#isClosed,
      onInUse: (holder) => {
        this.#options.onInUse(spec, holder);
        onInUse?.(holder);
      },
    });
    if (this.#isClosed) {
      listener.stop();
      return listener;
    }
    this.#table.addOpened(listener);
    if (this.#acceptsInherited) listener.acceptInherited();
    if (role === 'app') this.#options.onOpen(listener.name);
    return listener;
  }

  #listenerOptions(
    spec: ListenSpec,
    role: ManagedWorker['role'],
    onError: (error: Error) => void,
  ): ListenerOptions {
    const { acceptQueue, queueClock, refuser, maxHeld } = this.#options;
    return {
      transport: this.transport,
      id: ++this.#ids,
      role,
      spec,
      inherited: this.#options.inherited.take(spec, role),
      acceptQueue,
      clock: queueClock,
      refuser,
      isDown: () => role === 'meta' && this.arePagesDown,
      hasRoom: () => this.held < maxHeld,
      onAccept: () => this.pump(),
      onError,
    };
  }

  /** The oldest waiting connection that a worker could take now, with that worker. */
  #oldest(): { listener: Listener; worker: ManagedWorker } | undefined {
    let oldest: { listener: Listener; worker: ManagedWorker; acceptedAt: number } | undefined;
    for (const listener of this.#table.opened) {
      const acceptedAt = listener.queue.oldestAcceptedAt;
      if (acceptedAt === undefined) continue;
      if (oldest !== undefined && oldest.acceptedAt <= acceptedAt) continue;
      const worker = pickWorker(this.#options.workers(), listener.isServedBy);
      if (worker !== undefined) oldest = { listener, worker, acceptedAt };
    }
    return oldest;
  }

  #offer(worker: ManagedWorker, item: Handing): boolean {
    const id = ++this.#leases;
    const now = this.#options.clock.now();
    const { claimTimeoutMs, maxWaitMs } = this.#options.acceptQueue;
    const { takenAt, acceptedAt } = item.taken;
    const expiresAt = now + this.#leaseLength.lengthMs(maxWaitMs - (takenAt - acceptedAt));
    if (!worker.leases.offer({ id, item, expiresAt })) {
      item.listener.queue.giveBack(item.taken);
      return false;
    }
    worker.lastHandedAt = now;
    const way = worker.link ?? worker.process;
    way?.handOff(
      { buttress: 'connection', lease: id, listener: item.listener.id, expiresAt },
      item.taken.item,
    );
    if (!this.#leaseTimers.has(worker)) this.#watchLease(worker, claimTimeoutMs);
    return true;
  }

  /** Feeds the time from offer to claim or expiry into the lease length. */
  #countClaim({ taken }: Handing): void {
    this.#leaseLength.took(this.#options.queueClock.now() - taken.takenAt);
  }

  /**
   * Keeps one timer per worker, moved from lease to lease. Fires after `claimTimeoutMs` at the
   * latest: a later lease may expire before the open ones.
   */
  #watchLease(worker: ManagedWorker, afterMs: number): void {
    const { claimTimeoutMs } = this.#options.acceptQueue;
    const waitMs = Math.min(Math.max(0, Math.ceil(afterMs)), claimTimeoutMs);
    const timer = setTimeout(() => {
      const offered = worker.leases.offered;
      const leftMs = offered === undefined ? 0 : this.#leftMs(offered);
      if (leftMs > 0) return this.#watchLease(worker, leftMs);
      this.#leaseTimers.delete(worker);
      // Immediates run after a poll phase, so replies written before the expiry have been read.
      if (offered !== undefined) setImmediate(() => this.#expire(worker, offered.id));
    }, waitMs);
    this.#leaseTimers.set(worker, timer);
  }

  #leftMs({ expiresAt }: Lease<Handing>): number {
    return expiresAt - this.#options.clock.now();
  }

  #expire(worker: ManagedWorker, lease: number): void {
    const actions = worker.leases.expire(lease);
    for (const { kind, item } of actions) if (kind === 'returned') this.#countClaim(item);
    this.#settle(worker, actions);
    const { offered } = worker.leases;
    if (offered !== undefined) this.#watchLease(worker, this.#leftMs(offered));
    this.pump();
  }

  get #isAnyoneWaiting(): boolean {
    return this.#table.opened.some(({ queue }) => queue.length > 0);
  }

  #sweepWhileWaiting(): void {
    if (this.#sweeper !== undefined || !this.#isAnyoneWaiting) return;
    this.#sweeper = setTimeout(() => {
      this.#sweeper = undefined;
      const now = this.#options.queueClock.now();
      for (const { queue } of this.#table.opened) queue.sweep(now);
      this.pump();
    }, SWEEP_EVERY_MS);
  }
}

function applyReply(worker: ManagedWorker, reply: HandoffReply): LeaseAction<Handing>[] {
  switch (reply.buttress) {
    case 'claim':
      worker.report(reply, 1);
      return worker.replies.claim(reply.lease);
    case 'declined':
      return worker.replies.decline(reply.lease);
    case 'served':
      return worker.replies.confirm();
  }
}
