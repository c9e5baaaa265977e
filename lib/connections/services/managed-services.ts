import { type Clock, processClock } from '../../common/clock.ts';
import { wrongOption } from '../../common/errors/wrong-use.ts';
import { outside } from '../../common/outside.ts';
import { within } from '../../common/within.ts';
import { processStats } from '../../stats/process-stats.ts';
import type { Stats } from '../../stats/stats.ts';
import { HealthRegistry } from '../addresses/health-registry.ts';
import { NameCaches } from '../addresses/name-caches.ts';
import type { Random } from '../addresses/weighted-order.ts';
import { Service, type ServiceHome } from '../calls/service.ts';
import { ConnectionError } from '../connection.errors.ts';
import type { EndpointPool } from '../pool/endpoint-pool.ts';
import type { ManagedConnection } from '../pool/managed-connection.ts';
import { type SlotOffer, SocketSlots, type SlotUser } from '../pool/socket-slots.ts';
import { type Schedule, timer } from '../schedule.ts';
import { type ConnectionsShare, settingsPerThread } from '../settings/connections-share.ts';
import type { ProcessSettings } from '../settings/connections.options.ts';
import type { ServiceSettings } from '../settings/service.options.ts';
import { type ConnectionsSnapshot, connectionsSnapshot } from './connections-snapshot.ts';

export interface ManagedServicesDependencies {
  clock?: Clock;
  random?: Random;
  stats?: Stats;
  schedule?: Schedule;
  /** Interval between calls of `sweep`. @default 1_000 */
  sweepMs?: number;
}

type State =
  | { kind: 'OPEN' }
  | { kind: 'CLOSING'; closed: Promise<void>; onReturned: () => void }
  | { kind: 'CLOSED' };

/** Services by name, with what they share: sockets, names and health of addresses. */
export class ManagedServices {
  readonly #settings: ProcessSettings;
  readonly #services = new Map<string, Service>();
  /** Services by name and by alias. */
  readonly #byName = new Map<string, Service>();
  readonly #health: HealthRegistry;
  readonly #home: ServiceHome;
  readonly #sweeper: NodeJS.Timeout;
  #state: State = { kind: 'OPEN' };

  constructor(settings: ProcessSettings, dependencies: ManagedServicesDependencies = {}) {
    this.#settings = settings;
    const { random = Math.random, sweepMs = 1_000 } = dependencies;
    this.#health = new HealthRegistry(random);
    this.#home = this.#makeHome(random, dependencies);
    this.#sweeper = outside(() => setInterval(() => this.sweep(), sweepMs).unref());
  }

  /** @throws TypeError when a name or alias is taken */
  add(services: readonly ServiceSettings[]): void {
    for (const settings of services) {
      const names = [settings.name, ...settings.aliases];
      const taken = names.find((name) => this.#byName.has(name));
      if (taken !== undefined) throw wrongOption(`connections.services: duplicate name "${taken}"`);
      const service = new Service(settings, this.#home);
      this.#services.set(settings.name, service);
      for (const name of names) this.#byName.set(name, service);
    }
  }

  /** Removes a service with its aliases and destroys its connections. */
  remove(name: string): void {
    const service = this.#services.get(name);
    if (service === undefined) return;
    this.#services.delete(name);
    for (const one of [name, ...service.settings.aliases]) this.#byName.delete(one);
    for (const pool of service.pools) pool.destroyAll();
  }

  /** Services by name, without aliases. */
  get byName(): ReadonlyMap<string, Service> {
    return this.#services;
  }

  /** @throws ConnectionError when the service is unknown or the application is closing */
  find(name: string): Service {
    const service = this.#byName.get(name);
    if (service === undefined) {
      const known = [...this.#services.keys()].join(', ') || 'none';
      const message = `There is no service "${name}". Known: ${known}`;
      throw new ConnectionError('UNKNOWN_SERVICE', message, { service: name });
    }
    if (this.#state.kind === 'OPEN') return service;
    const message = `No connection to "${name}": the application is closing`;
    throw new ConnectionError('CLOSED', message, { service: name });
  }

  /** Whether a service has the address, or its health is known. */
  knows(address: string): boolean {
    return this.#isOfService(address) || this.#health.has(address);
  }

  /** Takes an address out of use until `forMs` have passed. @throws TypeError when it is unknown */
  holdDown(address: string, forMs: number): void {
    this.#requireAddress(address);
    this.keepHeld(address, forMs);
  }

  /** Takes an address out of use for `forMs`, also one that no service has yet. */
  keepHeld(address: string, forMs: number): void {
    this.#health.of(address).hold(this.#home.clock.now() + forMs);
  }

  /** Marks an address up that is held. */
  release(address: string): void {
    if (!this.#health.has(address)) return;
    const health = this.#health.of(address);
    if (health.isHeld(this.#home.clock.now())) health.markUp();
  }

  /** Marks an address up and clears its failures. @throws TypeError when it is unknown */
  markUp(address: string): void {
    this.#requireAddress(address);
    this.#health.of(address).markUp();
  }

  /**
   * Returns the settings for each of N threads, and lowers the socket limit here to the same share.
   * See `shareOf`.
   */
  share(threads: number): ConnectionsShare {
    const services = [...this.#services.values()].map(({ settings }) => settings);
    const share = settingsPerThread(this.#settings, services, threads);
    this.#home.slots.max = share.process.sockets.max;
    return share;
  }

  snapshot(): ConnectionsSnapshot {
    return connectionsSnapshot(this.#services.values(), this.#home);
  }

  /** Closes expired idle connections, logs leaked leases, and resolves stale names again. */
  sweep(): void {
    const now = this.#home.clock.now();
    for (const service of this.#services.values()) service.sweep(now);
    this.#health.keep((key) => this.#isOfService(key), now);
  }

  /**
   * Drains: refuses new connections, waits up to `sockets.closeTimeoutMs` for leases, then destroys
   * all connections.
   */
  close(): Promise<void> {
    if (this.#state.kind === 'CLOSING') return this.#state.closed;
    if (this.#state.kind === 'CLOSED') return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const closed = this.#closeAfter(promise);
    this.#state = { kind: 'CLOSING', closed, onReturned: resolve };
    this.#lookWhetherReturned();
    return closed;
  }

  /** Destroys all connections at once. */
  destroy(error?: Error): void {
    this.#state = { kind: 'CLOSED' };
    clearInterval(this.#sweeper);
    for (const pool of this.#pools()) pool.destroyAll(error);
  }

  async #closeAfter(returned: Promise<void>): Promise<void> {
    for (const pool of this.#pools()) pool.drain();
    await within(returned, this.#settings.sockets.closeTimeoutMs);
    this.destroy();
  }

  #lookWhetherReturned(): void {
    if (this.#state.kind !== 'CLOSING') return;
    for (const { leases } of this.#services.values()) if (leases.held > 0) return;
    this.#state.onReturned();
  }

  #makeHome(random: Random, dependencies: ManagedServicesDependencies): ServiceHome {
    const { clock = processClock, stats = processStats(), schedule = timer } = dependencies;
    const { dns, sockets } = this.#settings;
    return {
      clock,
      random,
      stats,
      schedule,
      slots: new SocketSlots<SlotOffer>(sockets),
      names: new NameCaches(dns, clock),
      leakAfterMs: sockets.leakAfterMs,
      healthOf: (key) => this.#health.of(key),
      mayGoDown: (key) => [...this.#services.values()].every(({ tiers }) => tiers.hasOtherUp(key)),
      makeRoom: (user) => this.#makeRoom(user),
      onReturned: () => this.#lookWhetherReturned(),
    };
  }

  *#pools(): Generator<EndpointPool> {
    for (const { pools } of this.#services.values()) yield* pools;
  }

  /** Destroys the longest idle connection, of the address if that is full, else of any. */
  #makeRoom(user: SlotUser): boolean {
    const { slots } = this.#home;
    const isAddressFull = !slots.hasRoomAt(user);
    if (!isAddressFull && !slots.isFull) return false;
    let longest: ManagedConnection | undefined;
    for (const { endpoint, idle } of this.#pools()) {
      const { oldest } = idle;
      if (oldest === undefined || (isAddressFull && endpoint.key !== user.key)) continue;
      if (longest === undefined || oldest.idleSince < longest.idleSince) longest = oldest;
    }
    longest?.destroy();
    return longest !== undefined;
  }

  #isOfService(key: string): boolean {
    for (const { tiers } of this.#services.values()) if (tiers.has(key)) return true;
    return false;
  }

  #requireAddress(key: string): void {
    if (!this.knows(key)) throw new TypeError(`No service has an address "${key}"`);
  }
}
