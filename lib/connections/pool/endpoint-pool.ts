import type { Socket } from 'node:net';

import { outside } from '../../common/outside.ts';
import type { Timings } from '../../context/timings.ts';
import type { Endpoint } from '../addresses/endpoint.ts';
import { type HealthHome, HealthVerdict } from '../addresses/health-verdict.ts';
import type { Random } from '../addresses/weighted-order.ts';
import { ConnectionError } from '../connection.errors.ts';
import type { Schedule } from '../schedule.ts';
import type { ServiceSettings } from '../settings/service.options.ts';
import type { AttemptRecorder, PhaseTimes } from './attempt-record.ts';
import { greeted } from './greeting.ts';
import { endOfLife, IdleStack } from './idle-stack.ts';
import { type ConnectionOwner, ManagedConnection } from './managed-connection.ts';
import { openSocket } from './open-socket.ts';
import type { SlotOffer, SlotUser, SocketSlots } from './socket-slots.ts';

/** What pools need of all services. */
export interface PoolHome extends HealthHome {
  readonly random: Random;
  readonly schedule: Schedule;
  readonly slots: SocketSlots<SlotOffer>;
  /** Closes an idle connection to free a slot for `user`; false when none helps. */
  makeRoom(user: SlotUser): boolean;
}

/** How a connection will be used. */
export interface Purpose {
  /** Pooled; else the caller owns the connection. */
  readonly isLease: boolean;
  /** Opened without the service's TLS. */
  readonly isPlain: boolean;
  /** The server speaks first, so an address without a greeting has failed. */
  readonly isGreeted: boolean;
}

/** A probe of an address that was down. */
const PROBE: Purpose = { isLease: true, isPlain: false, isGreeted: false };

/** One attempt to get a connection. */
export interface Dial {
  readonly signal: AbortSignal;
  /** Written as each phase ends. */
  readonly times: PhaseTimes;
  /** Timeline of the request, if there is one. */
  readonly timings: Timings | undefined;
}

/** Connections and waiting requests of one address. */
export interface PoolCounts {
  opened: number;
  closed: number;
  reused: number;
}

export interface EndpointPoolSetup {
  settings: ServiceSettings;
  home: PoolHome;
  recorder: AttemptRecorder;
  /** Called when the last connection of the pool is closed. */
  onEmpty: (pool: EndpointPool) => void;
}

/** Connections of one service to one endpoint. */
export class EndpointPool implements ConnectionOwner {
  readonly endpoint: Endpoint;
  readonly service: string;
  readonly verdict: HealthVerdict;
  readonly idle: IdleStack<ManagedConnection>;
  readonly counts: PoolCounts = { opened: 0, closed: 0, reused: 0 };
  /** Connections leased, or owned by a client. */
  inUse = 0;
  /** Set when the service no longer has this address: returned connections are destroyed. */
  isGone = false;
  readonly #settings: ServiceSettings;
  readonly #home: PoolHome;
  readonly #recorder: AttemptRecorder;
  readonly #onEmpty: (pool: EndpointPool) => void;
  readonly #leases: SlotUser;
  readonly #owners: SlotUser;
  readonly #all = new Set<ManagedConnection>();

  constructor(endpoint: Endpoint, { settings, home, recorder, onEmpty }: EndpointPoolSetup) {
    this.endpoint = endpoint;
    this.service = settings.name;
    this.verdict = new HealthVerdict(endpoint.key, settings, home);
    this.idle = new IdleStack(settings.pool);
    this.#settings = settings;
    this.#home = home;
    this.#recorder = recorder;
    this.#onEmpty = onEmpty;
    const user = { key: endpoint.key, limit: settings.maxConnections };
    this.#leases = { ...user };
    this.#owners = { ...user };
  }

  /** Open connections, including idle ones. */
  get open(): number {
    return this.#all.size;
  }

  get waiting(): number {
    const { slots } = this.#home;
    return slots.waitingOf(this.#leases) + slots.waitingOf(this.#owners);
  }

  /** Whether a connection is idle or the address has a free slot; the process may be full. */
  get hasRoom(): boolean {
    return this.idle.size > 0 || this.#home.slots.hasRoomAt(this.#leases);
  }

  /** Takes an idle connection that is still usable. */
  takeIdle(now: number): ManagedConnection | undefined {
    if (this.idle.size === 0) return undefined;
    const connection = this.idle.pop(now, this.#discardIdle);
    if (connection === undefined) return undefined;
    this.counts.reused++;
    this.inUse++;
    if (this.#settings.health.silenceCounts && connection.socket.bytesRead === 0) {
      // No byte has come on it yet: a probe or an unused attempt opened it.
      this.#watchFirstByte(connection, { isGreeted: false, timings: undefined });
    }
    return connection;
  }

  /** Takes an idle connection (leases only), or waits and opens one. @throws ConnectionError */
  async take(purpose: Purpose, dial: Dial): Promise<ManagedConnection> {
    const pooled = purpose.isLease ? this.takeIdle(this.#home.clock.now()) : undefined;
    if (pooled !== undefined) return pooled;
    const offered = await this.#slot(purpose, dial);
    if (offered === undefined) return this.#dial(purpose, dial);
    this.counts.reused++;
    return offered;
  }

  /** Opens a connection to test whether the address is back. @throws ConnectionError */
  async probe(dial: Dial): Promise<void> {
    const { slots } = this.#home;
    if (!slots.tryTake(this.#leases)) throw this.#outOfSockets('no free slot for a probe');
    const { isGreeted } = this.verdict;
    const connection = await this.#dial({ ...PROBE, isGreeted }, dial);
    if (!isGreeted) return this.giveBack(connection);
    const isBack = await greeted(connection.socket, dial.signal);
    connection.destroy();
    if (!isBack) throw this.#silent();
  }

  /** Takes a lease's connection back: for the first waiter, else to the idle stack. */
  giveBack(connection: ManagedConnection): void {
    const { slots, clock } = this.#home;
    const now = clock.now();
    connection.unwatchFirstByte();
    if (this.isGone || now >= connection.endsAt || !connection.isClean) return connection.destroy();
    if (slots.waiting > 0) {
      const waiter = slots.takeWaiter(this.#leases);
      if (waiter !== undefined) return waiter.offered(connection);
      if (slots.isFull || slots.isWantedAt(this.endpoint.key)) return connection.destroy();
    }
    connection.settle();
    if (!this.idle.push(connection, now)) return connection.destroy();
    this.inUse--;
  }

  /** Called when a connection is closed or about to be. */
  gone(connection: ManagedConnection): void {
    this.#all.delete(connection);
    this.counts.closed++;
    if (!this.idle.remove(connection)) this.inUse--;
    this.#home.slots.giveBack(this.#leases);
    if (this.#all.size === 0) this.#onEmpty(this);
  }

  /** Closes idle connections that are expired or dead, and looks at those in use. */
  sweep(now: number): void {
    for (const { user } of this.#all) user?.look(now);
    for (const connection of this.idle.sweep(now)) this.#discardIdle(connection);
  }

  /** Closes idle connections now, and leased ones on return. */
  drain(): void {
    this.isGone = true;
    for (const connection of this.idle.clear()) this.#discardIdle(connection);
  }

  destroyAll(error?: Error): void {
    this.drain();
    for (const connection of this.#all) connection.destroy(error);
  }

  /** Counts the connection, which has left the stack, as in use until `gone` subtracts it. */
  readonly #discardIdle = (connection: ManagedConnection): void => {
    this.inUse++;
    connection.destroy();
  };

  /** Waits for a slot; resolves with a connection when one was returned meanwhile. */
  async #slot(purpose: Purpose, dial: Dial): Promise<ManagedConnection | undefined> {
    const { slots } = this.#home;
    const user = purpose.isLease ? this.#leases : this.#owners;
    if (slots.tryTake(user)) return undefined;
    while (slots.waitingOf(user) === 0 && this.#home.makeRoom(user)) {
      if (slots.tryTake(user)) return undefined;
    }
    const startedAt = this.#home.clock.now();
    try {
      return await this.#waitForSlot(user, dial);
    } finally {
      dial.times.waitMs = this.#home.clock.now() - startedAt;
      this.#recorder.phase('wait', dial.times.waitMs, dial.timings);
    }
  }

  #waitForSlot(user: SlotUser, { signal }: Dial): Promise<ManagedConnection | undefined> {
    const { promise, resolve, reject } = Promise.withResolvers<ManagedConnection | undefined>();
    const { slots, schedule } = this.#home;
    const { waitMs } = this.#settings.timeouts;
    const end = (settle: () => void): void => {
      leave?.();
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    const onAbort = (): void => end(() => reject(signal.reason as Error));
    const leave = slots.wait(user, {
      granted: () => end(() => resolve(undefined)),
      offered: (connection) => end(() => resolve(connection)),
    });
    const late = (): void =>
      end(() => reject(this.#outOfSockets(`no free slot within ${waitMs} ms`)));
    const cancelTimer = schedule(late, waitMs);
    signal.addEventListener('abort', onAbort, { once: true });
    if (leave === undefined) end(() => reject(this.#outOfSockets('the wait queue is full')));
    else if (signal.aborted) onAbort();
    return promise;
  }

  #outOfSockets(why: string): ConnectionError {
    const { name } = this.#settings;
    const { key } = this.endpoint;
    const message = `No socket for ${key} of "${name}": ${why}`;
    return new ConnectionError('OUT_OF_SOCKETS', message, { service: name, address: key });
  }

  #silent(): ConnectionError {
    const { key } = this.endpoint;
    const message = `${key} of "${this.service}" accepted the connection but sent no greeting`;
    return new ConnectionError('READ_TIMEOUT', message, { service: this.service, address: key });
  }

  /** Opens a socket in a slot already taken. */
  async #dial(purpose: Purpose, dial: Dial): Promise<ManagedConnection> {
    const { slots } = this.#home;
    try {
      const socket = await outside(() => this.#open(purpose, dial));
      return this.#manage(socket, purpose, dial);
    } catch (error) {
      slots.giveBack(this.#leases);
      if (this.#all.size === 0) this.#onEmpty(this);
      throw error;
    } finally {
      const { tcpMs, tlsMs } = dial.times;
      if (tcpMs !== undefined) this.#recorder.phase('tcp', tcpMs, dial.timings);
      if (tlsMs !== undefined) this.#recorder.phase('tls', tlsMs, dial.timings);
    }
  }

  #manage(socket: Socket, { isGreeted }: Purpose, { timings }: Dial): ManagedConnection {
    const { clock, random } = this.#home;
    const now = clock.now();
    const life = { openedAt: now, endsAt: endOfLife(now, this.#settings.pool, random) };
    const connection = new ManagedConnection(socket, this, life);
    this.#all.add(connection);
    this.counts.opened++;
    this.inUse++;
    if (isGreeted) this.verdict.isGreeted = true;
    this.#watchFirstByte(connection, { isGreeted, timings });
    return connection;
  }

  #watchFirstByte(
    connection: ManagedConnection,
    { isGreeted, timings }: Pick<Purpose, 'isGreeted'> & Pick<Dial, 'timings'>,
  ): void {
    const { clock, schedule } = this.#home;
    const since = clock.now();
    connection.watchFirstByte({
      onFirstByte: () => {
        this.#recorder.phase('firstByte', clock.now() - since, timings);
        this.verdict.firstByte();
      },
      onNone: (isCertain) => {
        this.verdict.noFirstByte({ isCertain, afterMs: clock.now() - since });
      },
      isDueAtOnce: isGreeted,
      limitMs: this.#settings.timeouts.firstByteMs,
      schedule,
    });
  }

  #open(purpose: Purpose, { signal, times }: Dial): Promise<Socket> {
    const { clock, schedule } = this.#home;
    const { name, tls, timeouts } = this.#settings;
    return openSocket({
      service: name,
      endpoint: this.endpoint,
      tls: purpose.isPlain ? undefined : tls,
      limits: timeouts,
      signal,
      times,
      clock,
      schedule,
    });
  }
}
