import { setImmediate as nextLoop } from 'node:timers/promises';

import type { Clock } from '../../common/clock.ts';
import { listenPatiently, type OnAddressInUse } from '../../common/http/patient-listen.ts';
import { ListenError } from '../cluster.errors.ts';
import type { ResolvedAcceptQueueOptions } from '../group.options.ts';
import type { HandoffReply, ListenSpec } from '../protocol/control-messages.ts';
import type { ClaimLease, LeaseAction } from '../protocol/lease.ts';
import type { Transport } from '../protocol/transport.ts';
import type { Handing, ManagedWorker } from '../supervision/managed-worker.ts';
import { type InheritedSockets, keyOfSpec } from '../takeover/inherited-sockets.ts';
import { pickWorker } from './dispatcher.ts';
import type { Invitations } from './invite/invitations.ts';
import { InvitedListener } from './invite/invited-listener.ts';
import { IpcTransport } from './ipc-transport.ts';
import { LeaseLength } from './lease-length.ts';
import { ListenerTable, MAX_LISTENERS } from './listener-table.ts';
import type { Listener } from './listener.ts';
import { queueLimitsOf } from './queue-limits.ts';
import { QueuedListener } from './queued-listener.ts';
import type { Refuser } from './refuse.ts';

export interface AcceptPathOptions {
  acceptQueue: ResolvedAcceptQueueOptions;
  /** Most accepted connections held, over all queues. */
  maxHeld: number;
  /** Accepts in the primary. @default sockets of Node */
  transport?: Transport;
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
  onOpen: (listener: Pick<Listener, 'name' | 'limit'>) => void;
  /** Called when an address is in use but may soon be free. */
  onInUse: (spec: ListenSpec, ...holder: Parameters<OnAddressInUse>) => void;
  onError: (listener: string, error: Error) => void;
}

/** Interval between sweeps of the queues while a connection waits. */
const SWEEP_EVERY_MS = 25;

/**
 * Path from the listening sockets to the workers. Where workers can't accept by themselves, it
 * accepts eagerly, keeps waiting connections in one bounded queue per listener, and hands the oldest
 * to the least loaded worker.
 */
export class AcceptPath {
  readonly #options: AcceptPathOptions;
  readonly #table = new ListenerTable();
  readonly #leaseTimers = new Map<ManagedWorker, NodeJS.Timeout>();
  readonly #leaseLength: LeaseLength;
  #ids = 0;
  #leases = 0;
  #sweeper: NodeJS.Timeout | undefined;
  #acceptsInherited = false;
  #isClosed = false;
  /** Whether the pages can't start: their clients are refused with that reason. */
  arePagesDown = false;
  /** Whether another process goes on with the sockets. */
  areSocketsShared = false;
  /** Lets workers accept by themselves; set before anything listens. */
  invitations: Invitations | undefined;
  readonly #transport: Transport;

  constructor(options: AcceptPathOptions) {
    this.#options = options;
    this.#transport = options.transport ?? new IpcTransport();
    this.#leaseLength = new LeaseLength(options.acceptQueue.claimTimeoutMs);
  }

  get listeners(): readonly Listener[] {
    return this.#table.opened;
  }

  /** Connections that wait or are on their way to a worker, plus sockets about to close. */
  get held(): number {
    return this.#table.opened.reduce((held, listener) => held + listener.held, 0);
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

  /** Does what is due. Call it several times a second. */
  tick(): void {
    for (const listener of this.#table.opened) listener.tick();
    this.pump();
  }

  /** Hands waiting connections to workers, as far as these have capacity. */
  pump(): void {
    for (let next = this.#oldest(); next !== undefined; next = this.#oldest()) {
      const taken = next.listener.queue.take(this.#options.queueClock.now());
      if (taken !== undefined) this.#offer(next.worker, { listener: next.listener, taken });
    }
    this.#sweepWhileWaiting();
  }

  /** Handles a worker's reply to a hand-off. The order of replies is the protocol: see lease.ts. */
  reply(worker: ManagedWorker, reply: HandoffReply): void {
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
      worker.passed++;
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
    for (const listener of this.#table.opened) {
      if (listener.role === role) listener.stop({ areShared: this.areSocketsShared });
    }
  }

  /** Closes all waiting connections. */
  close(): void {
    this.#isClosed = true;
    // The processes of this group have ended: closing the primary's copies is enough.
    for (const listener of this.#table.opened) listener.close({ areShared: true });
    clearTimeout(this.#sweeper);
    this.invitations?.close();
  }

  async #open(
    spec: ListenSpec,
    role: ManagedWorker['role'],
    onInUse?: OnAddressInUse,
  ): Promise<Listener> {
    const listener: Listener = await listenPatiently(
      () => this.#create(spec, role, (error) => this.#options.onError(listener.name, error)),
      {
        address: spec.path ?? spec.port ?? 0,
        isWanted: () => !this.#isClosed,
        onInUse: (holder) => {
          this.#options.onInUse(spec, holder);
          onInUse?.(holder);
        },
      },
    );
    if (this.#isClosed) {
      listener.close({ areShared: false });
      return listener;
    }
    this.#table.addOpened(listener);
    if (this.#acceptsInherited) listener.acceptInherited();
    if (role === 'app') this.#options.onOpen(listener);
    return listener;
  }

  #create(
    spec: ListenSpec,
    role: ManagedWorker['role'],
    onError: (error: Error) => void,
  ): Promise<Listener> {
    const { acceptQueue, clock, queueClock, refuser, maxHeld } = this.#options;
    const { invitations } = this;
    const inherited = this.#options.inherited.take(spec, role);
    const common = { id: ++this.#ids, spec, inherited, onError };
    // The pages have one process. Of a backlog at a path the kernel does not tell the length.
    if (invitations !== undefined && role === 'app' && spec.path === undefined) {
      return InvitedListener.open({ ...common, invitations, clock });
    }
    return QueuedListener.open({
      ...common,
      transport: this.#transport,
      role,
      acceptQueue: queueLimitsOf(role, acceptQueue),
      clock: queueClock,
      refuser,
      isDown: () => role === 'meta' && this.arePagesDown,
      hasRoom: () => this.#queuedNow < maxHeld,
      onAccept: () => this.pump(),
    });
  }

  get #queuedNow(): number {
    return this.#table.queued.reduce((held, listener) => held + listener.held, 0);
  }

  /** The oldest waiting connection that a worker could take now, with that worker. */
  #oldest(): { listener: QueuedListener; worker: ManagedWorker } | undefined {
    let oldest: { listener: QueuedListener; worker: ManagedWorker; acceptedAt: number } | undefined;
    for (const listener of this.#table.queued) {
      const acceptedAt = listener.queue.oldestAcceptedAt;
      if (acceptedAt === undefined) continue;
      if (oldest !== undefined && oldest.acceptedAt <= acceptedAt) continue;
      const worker = pickWorker(this.#options.workers(), listener.isServedBy);
      if (worker !== undefined) oldest = { listener, worker, acceptedAt };
    }
    return oldest;
  }

  #offer(worker: ManagedWorker, item: Handing): void {
    const id = ++this.#leases;
    const now = this.#options.clock.now();
    const { claimTimeoutMs, maxWaitMs } = this.#options.acceptQueue;
    const { takenAt, acceptedAt } = item.taken;
    const expiresAt = now + this.#leaseLength.lengthMs(maxWaitMs - (takenAt - acceptedAt));
    worker.leases.offer({ id, item, expiresAt });
    worker.lastHandedAt = now;
    worker.process?.handOff(
      { buttress: 'connection', lease: id, listener: item.listener.id, expiresAt },
      item.taken.item,
    );
    if (!this.#leaseTimers.has(worker)) this.#watchLease(worker, claimTimeoutMs);
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

  #leftMs({ expiresAt }: ClaimLease<Handing>): number {
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
    return this.#table.queued.some(({ queue }) => queue.length > 0);
  }

  #sweepWhileWaiting(): void {
    if (this.#sweeper !== undefined || !this.#isAnyoneWaiting) return;
    this.#sweeper = setTimeout(() => {
      this.#sweeper = undefined;
      for (const listener of this.#table.queued) listener.tick();
      this.pump();
    }, SWEEP_EVERY_MS);
  }
}

function applyReply(worker: ManagedWorker, reply: HandoffReply): LeaseAction<Handing>[] {
  switch (reply.buttress) {
    case 'claim':
      worker.report(reply, 1);
      return worker.leases.claim(reply.lease);
    case 'declined':
      return worker.leases.decline(reply.lease);
    case 'served':
      return worker.leases.confirm();
  }
}
