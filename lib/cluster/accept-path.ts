import type { Socket } from 'node:net';

import type { Clock } from '../common/clock.ts';
import type { HandoffReply, ListenSpec } from './control-messages.ts';
import { pickWorker } from './dispatcher.ts';
import type { ResolvedAcceptQueueOptions } from './group.options.ts';
import type { LeaseAction } from './lease.ts';
import { Listener } from './listener.ts';
import type { Handing, ManagedWorker } from './managed-worker.ts';
import type { Refuser } from './refuse.ts';

export interface AcceptPathOptions {
  acceptQueue: ResolvedAcceptQueueOptions;
  /** Accepted connections that may be held in all queues together. */
  maxHeld: number;
  clock: Clock;
  refuser: Refuser;
  /** The workers that are there now. */
  workers: () => readonly ManagedWorker[];
  /** Called when a listener of the application is open. */
  onOpen: (listener: string) => void;
  onError: (listener: string, error: Error) => void;
}

/** How often queues are swept while something waits, in milliseconds. */
const SWEEP_EVERY_MS = 25;

/**
 * From the listening sockets to the workers: accepts eagerly, keeps what waits in one bounded
 * queue per listener, and hands the oldest to the worker with the least to do.
 */
export class AcceptPath {
  readonly #options: AcceptPathOptions;
  readonly #listeners = new Map<string, Promise<Listener>>();
  readonly #opened: Listener[] = [];
  readonly #leaseTimers = new Map<ManagedWorker, NodeJS.Timeout>();
  #ids = 0;
  #leases = 0;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: AcceptPathOptions) {
    this.#options = options;
  }

  get listeners(): readonly Listener[] {
    return this.#opened;
  }

  /** Connections that wait or are on their way to a worker. */
  get held(): number {
    let held = 0;
    for (const { queue } of this.#opened) held += queue.length + queue.pending;
    return held;
  }

  /** The listener for `spec`, opened once for all workers of a role. */
  listen(spec: ListenSpec, role: ManagedWorker['role']): Promise<Listener> {
    const key = keyOf(spec, role);
    const known = this.#listeners.get(key);
    if (known !== undefined) return known;
    const opening = this.#open(spec, role);
    this.#listeners.set(key, opening);
    // Another worker may have more luck later: the address may be free by then.
    opening.catch(() => this.#listeners.delete(key));
    return opening;
  }

  /** Hands on what waits, as far as there are workers for it. */
  pump(): void {
    for (let next = this.#oldest(); next !== undefined; next = this.#oldest()) {
      const now = this.#options.clock.now();
      const taken = next.listener.queue.take(now);
      if (taken !== undefined) this.#offer(next.worker, { listener: next.listener, taken }, now);
    }
    this.#sweepWhileWaiting();
  }

  /** A worker's answer to a hand-off. The order of answers is the protocol: see lease.ts. */
  reply(worker: ManagedWorker, reply: HandoffReply): void {
    const actions = applyReply(worker, reply);
    // A claim frees the worker: it gets its next connection before the last one is tidied up.
    if (reply.buttress === 'claim') this.pump();
    this.#settle(worker, actions);
    if (reply.buttress === 'declined') this.pump();
  }

  /** Settles connections as a worker's reply, or its end, decided. */
  #settle(worker: ManagedWorker, actions: LeaseAction<Handing>[]): void {
    for (const { kind, item } of actions) {
      const { listener, taken } = item;
      if (kind === 'returned') {
        listener.queue.giveBack(taken);
        continue;
      }
      worker.handed++;
      listener.queue.settle(taken);
      // Never `end()`: the connection is the worker's, only this copy closes.
      taken.item.destroy();
    }
  }

  /** A worker is gone and all it wrote is read: what it has not claimed goes to another. */
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
    const index = this.#opened.findIndex((one) => one.id === id);
    const [listener] = index < 0 ? [] : this.#opened.splice(index, 1);
    if (listener === undefined) return;
    this.#listeners.delete(keyOf(listener.spec, listener.role));
    listener.stop();
    listener.queue.close(destroy);
  }

  /** Stops accepting; what was accepted is still handed on. */
  stopAccepting(role: ManagedWorker['role']): void {
    for (const listener of this.#opened) if (listener.role === role) listener.stop();
  }

  /** Gives up what still waits. */
  close(): void {
    for (const { queue } of this.#opened) queue.close(destroy);
    clearTimeout(this.#sweeper);
  }

  async #open(spec: ListenSpec, role: ManagedWorker['role']): Promise<Listener> {
    const { acceptQueue, clock, refuser, maxHeld, onError } = this.#options;
    const listener = await Listener.open({
      id: ++this.#ids,
      role,
      spec,
      acceptQueue,
      clock,
      refuser,
      hasRoom: () => this.held < maxHeld,
      onAccept: () => this.pump(),
      onError: (error) => onError(listener.name, error),
    });
    this.#opened.push(listener);
    if (role === 'app') this.#options.onOpen(listener.name);
    return listener;
  }

  /** The longest wait that a worker could end now, with that worker. */
  #oldest(): { listener: Listener; worker: ManagedWorker } | undefined {
    let oldest: { listener: Listener; worker: ManagedWorker; acceptedAt: number } | undefined;
    for (const listener of this.#opened) {
      const acceptedAt = listener.queue.oldestAcceptedAt;
      if (acceptedAt === undefined) continue;
      if (oldest !== undefined && oldest.acceptedAt <= acceptedAt) continue;
      const worker = pickWorker(this.#options.workers(), listener.isServedBy);
      if (worker !== undefined) oldest = { listener, worker, acceptedAt };
    }
    return oldest;
  }

  #offer(worker: ManagedWorker, item: Handing, now: number): void {
    const id = ++this.#leases;
    const expiresAt = now + this.#options.acceptQueue.leaseMs;
    worker.leases.offer({ id, item, expiresAt });
    worker.lastHandedAt = now;
    worker.process?.handOff(
      { buttress: 'connection', lease: id, listener: item.listener.id, expiresAt },
      item.taken.item,
    );
    if (!this.#leaseTimers.has(worker)) this.#watchLease(worker, this.#options.acceptQueue.leaseMs);
  }

  /** One timer per worker, which follows from lease to lease. */
  #watchLease(worker: ManagedWorker, waitMs: number): void {
    const timer = setTimeout(() => {
      const offered = worker.leases.offered;
      const leftMs = offered === undefined ? 0 : offered.expiresAt - this.#options.clock.now();
      if (leftMs > 0) return this.#watchLease(worker, Math.ceil(leftMs));
      this.#leaseTimers.delete(worker);
      // Immediates run after a poll phase: what was written before the expiry is read by then.
      if (offered !== undefined) setImmediate(() => this.#expire(worker, offered.id));
    }, waitMs);
    this.#leaseTimers.set(worker, timer);
  }

  #expire(worker: ManagedWorker, lease: number): void {
    this.#settle(worker, worker.leases.expire(lease));
    const { offered } = worker.leases;
    if (offered !== undefined) {
      const leftMs = offered.expiresAt - this.#options.clock.now();
      this.#watchLease(worker, Math.max(0, Math.ceil(leftMs)));
    }
    this.pump();
  }

  #sweepWhileWaiting(): void {
    if (this.#sweeper !== undefined || !this.#opened.some(({ queue }) => queue.length > 0)) return;
    this.#sweeper = setTimeout(() => {
      this.#sweeper = undefined;
      const now = this.#options.clock.now();
      for (const { queue } of this.#opened) queue.sweep(now);
      this.pump();
    }, SWEEP_EVERY_MS);
  }
}

/** The meta process has one listener, whatever it asks for: the primary opened it first. */
function keyOf({ port, host, path, ordinal }: ListenSpec, role: ManagedWorker['role']): string {
  return role === 'meta' ? role : JSON.stringify([port, host, path, ordinal]);
}

function destroy(socket: Socket): void {
  socket.destroy();
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
