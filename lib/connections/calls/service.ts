import type { Socket } from 'node:net';

import { outside } from '../../common/outside.ts';
import { Context } from '../../context/context.ts';
import type { RequestContext } from '../../context/request-context.ts';
import type { Stats } from '../../stats/stats.ts';
import type { AddressHealth } from '../addresses/address-health.ts';
import { type Eligible, eligibleOf, notHeld } from '../addresses/eligible.ts';
import type { Endpoint } from '../addresses/endpoint.ts';
import { ServiceTiers, type TierHome } from '../addresses/service-tiers.ts';
import { weightedOrder } from '../addresses/weighted-order.ts';
import { allFailed, ConnectionError } from '../connection.errors.ts';
import type {
  ResolvedDialOptions,
  ResolvedLeaseOptions,
  ResolvedResolveOptions,
} from '../dial.options.ts';
import type { ResolvedAddress, ServiceDescription, ShownAddress } from '../dialer.ts';
import { AttemptRecorder } from '../pool/attempt-record.ts';
import { EndpointPool, type PoolHome, type Purpose } from '../pool/endpoint-pool.ts';
import type { Lease } from '../pool/lease.ts';
import { type LeaseHome, Leases } from '../pool/leases.ts';
import type { ManagedConnection } from '../pool/managed-connection.ts';
import { type Address, addressText } from '../settings/address.ts';
import type { ServiceSettings } from '../settings/service.options.ts';
import { CallTime } from './call-time.ts';
import { RequestGate } from './request-gate.ts';
import { RetryBudget } from './retry-budget.ts';
import { type ConnectionWork, runWork } from './run-work.ts';
import type { ResolvedRunOptions } from './run.options.ts';
import { collectLost, ServiceRace } from './service-race.ts';

/** Dependencies and state that all services of a process or thread share. */
export interface ServiceHome extends TierHome, PoolHome, LeaseHome {
  readonly stats: Stats;
}

/** A named service: its tiers, health, budgets and connections. */
export class Service {
  readonly settings: ServiceSettings;
  readonly tiers: ServiceTiers;
  readonly gate: RequestGate;
  readonly budget: RetryBudget;
  readonly recorder: AttemptRecorder;
  readonly leases: Leases;
  readonly #home: ServiceHome;
  readonly #race: ServiceRace;
  readonly #pools = new Map<string, EndpointPool>();

  constructor(settings: ServiceSettings, home: ServiceHome) {
    this.settings = settings;
    this.#home = home;
    this.gate = new RequestGate(settings, home);
    this.budget = new RetryBudget({
      fraction: settings.retry.budgetFraction,
      perSecond: settings.retry.budgetPerSecond,
    });
    this.tiers = new ServiceTiers(settings, home, (key) => this.#drain(key));
    this.recorder = new AttemptRecorder(settings.name, home.stats);
    this.leases = new Leases(this, home);
    this.#race = new ServiceRace({
      settings,
      home,
      recorder: this.recorder,
      poolOf: (endpoint) => this.#poolOf(endpoint),
      onError: (error) => this.gate.counts.noteError(error),
    });
  }

  /** What its clients need to know. */
  get description(): ServiceDescription {
    const { name, tls, propagate, tiers, timeouts, maxConnections } = this.settings;
    return {
      name,
      tls,
      propagate,
      address: shown(tiers[0]?.[0]),
      connectTimeoutMs: timeouts.connectMs,
      readTimeoutMs: timeouts.readMs,
      maxConnections: maxConnections * tiers.flat().length,
    };
  }

  get pools(): Iterable<EndpointPool> {
    return this.#pools.values();
  }

  /** Leases a pooled connection. @throws ConnectionError */
  acquire(options: ResolvedLeaseOptions): Promise<Lease> {
    const now = this.#home.clock.now();
    this.budget.earn(now);
    return this.#leaseAt(now, options);
  }

  /** Runs work on pooled connections. @throws ConnectionError, or the error of the last try */
  run<T>(work: ConnectionWork<T>, options: ResolvedRunOptions): Promise<T> {
    this.budget.earn(this.#home.clock.now());
    return runWork(this, this.#home, work, options);
  }

  /** Leases a connection for one try, which earns no retries. @throws ConnectionError */
  lease(options: ResolvedLeaseOptions): Promise<Lease> {
    return this.#leaseAt(this.#home.clock.now(), options);
  }

  #leaseAt(now: number, options: ResolvedLeaseOptions): Promise<Lease> {
    const context = Context.current();
    try {
      this.gate.admit(context, options.signal, now);
    } catch (error) {
      return Promise.reject(error);
    }
    const idle = this.#takeIdle(now);
    if (idle === undefined) return this.#acquireSlowly(options, context);
    this.gate.given(now);
    return Promise.resolve(this.leases.give(idle, context));
  }

  /** Opens a connection that the caller owns. @throws ConnectionError */
  async connect(options: ResolvedDialOptions): Promise<Socket> {
    const now = this.#home.clock.now();
    this.budget.earn(now);
    this.gate.admit(Context.current(), options.signal, now);
    return (await this.#obtain(ownedBy(options), options)).socket;
  }

  /** Resolves the first tier with an address up, in the order to try. @throws ConnectionError */
  async resolve(options: ResolvedResolveOptions): Promise<readonly ResolvedAddress[]> {
    const call = this.#callTime(options);
    try {
      const tried: ConnectionError[] = [];
      for (let tier = 0; tier < this.tiers.count; tier++) {
        // oxlint-disable-next-line no-await-in-loop -- a later tier is for when this one is down
        const endpoints = await this.#endpointsOf(tier, call).catch(collect(tried));
        const { up } = this.#eligible(endpoints);
        if (up.length > 0) return weightedOrder(up, this.#home.random).map(({ target }) => target);
      }
      const left = this.#lastResort();
      if (left.length === 0) throw allFailed(this.settings.name, [...tried, this.#markedDown()]);
      return left.map(({ target }) => target);
    } finally {
      call.end();
    }
  }

  reportOutcome(outcome: 'accepted' | 'refused'): void {
    this.gate.throttle[outcome](this.#home.clock.now());
  }

  /** Closes expired idle connections, looks at leases, and resolves stale names again. */
  sweep(now: number): void {
    for (const pool of this.#pools.values()) pool.sweep(now);
    if (this.#pools.size > 0) void outside(() => this.tiers.refresh());
  }

  /** Fast path: takes an idle connection of the chosen address, without a promise. */
  #takeIdle(now: number): ManagedConnection | undefined {
    for (let tier = 0; tier < this.tiers.count; tier++) {
      const endpoints = this.tiers.fresh(tier);
      if (endpoints === undefined) return undefined;
      const { up, due } = this.#eligible(endpoints, now);
      if (due.length > 0) this.#probe(due);
      if (up.length === 0) continue;
      const first = up.length === 1 ? up[0] : weightedOrder(up, this.#home.random)[0];
      return first && this.#pools.get(first.key)?.takeIdle(now);
    }
    return undefined;
  }

  async #acquireSlowly(
    options: ResolvedLeaseOptions,
    context: RequestContext | undefined,
  ): Promise<Lease> {
    return this.leases.give(await this.#obtain(leasedBy(options), options), context);
  }

  async #obtain(purpose: Purpose, options: ResolvedResolveOptions): Promise<ManagedConnection> {
    let call: CallTime | undefined;
    let endStep: (() => void) | undefined;
    try {
      call = this.#callTime(options);
      endStep = call.timings?.start(`${this.settings.name}.connect`);
      const connection = await this.#fromTiers(purpose, call);
      this.gate.given(this.#home.clock.now());
      return connection;
    } catch (error) {
      this.gate.failed(error);
      throw error;
    } finally {
      endStep?.();
      call?.end();
    }
  }

  async #fromTiers(purpose: Purpose, call: CallTime): Promise<ManagedConnection> {
    const errors: ConnectionError[] = [];
    let wasTried = false;
    for (let tier = 0; tier < this.tiers.count; tier++) {
      // oxlint-disable-next-line no-await-in-loop -- a later tier is for when this one is down
      const endpoints = await this.#endpointsOf(tier, call).catch(collect(errors));
      const { up, due } = this.#eligible(endpoints);
      if (due.length > 0) this.#probe(due);
      if (up.length === 0) continue;
      wasTried = true;
      // oxlint-disable-next-line no-await-in-loop -- likewise
      const connection = await this.#fromTier(up, purpose, call).catch(collectLost(errors));
      if (connection !== undefined) return connection;
    }
    if (!wasTried) return this.#fromLastResort(purpose, call, errors);
    throw allFailed(this.settings.name, errors);
  }

  /** With no address up, ignores marks except manual holds, if `panicBelow` allows it. */
  async #fromLastResort(
    purpose: Purpose,
    call: CallTime,
    errors: ConnectionError[],
  ): Promise<ManagedConnection> {
    const left = this.settings.health.panicBelow > 0 ? this.#lastResort() : [];
    if (left.length === 0 && errors.length === 0) throw this.#markedDown();
    const connection = await this.#fromTier(left, purpose, call).catch(collectLost(errors));
    if (connection !== undefined) return connection;
    throw allFailed(this.settings.name, errors);
  }

  #fromTier(
    endpoints: readonly Endpoint[],
    purpose: Purpose,
    call: CallTime,
  ): Promise<ManagedConnection> {
    const order = weightedOrder(endpoints, this.#home.random);
    // Full addresses come last: another address is better than a wait.
    const ready = order.filter((endpoint) => this.#pools.get(endpoint.key)?.hasRoom !== false);
    const full = order.filter((endpoint) => !ready.includes(endpoint));
    return this.#race.run([...ready, ...full], purpose, call);
  }

  async #endpointsOf(tier: number, call: CallTime): Promise<readonly Endpoint[]> {
    const fresh = this.tiers.fresh(tier);
    if (fresh !== undefined) return fresh;
    const { clock } = this.#home;
    const startedAt = clock.now();
    try {
      return await this.tiers.resolve(tier, call.signal);
    } catch (error) {
      if (!call.signal.aborted) this.#unresolved(tier, error, clock.now() - startedAt);
      throw error;
    } finally {
      call.dnsMs = (call.dnsMs ?? 0) + clock.now() - startedAt;
      this.recorder.phase('dns', clock.now() - startedAt, call.timings);
    }
  }

  #unresolved(tier: number, error: unknown, dnsMs: number): void {
    if (!(error instanceof ConnectionError)) return;
    this.gate.counts.noteError(error);
    const address = this.settings.tiers[tier]?.map(addressText).join(',') ?? '';
    this.recorder.attempt({ address, outcome: 'failed', times: { dnsMs }, error });
  }

  #eligible(endpoints: readonly Endpoint[], now = this.#home.clock.now()): Eligible {
    return eligibleOf(endpoints, {
      healthOf: this.#healthOf,
      now,
      panicBelow: this.settings.health.panicBelow,
    });
  }

  #lastResort(): Endpoint[] {
    const all = Array.from({ length: this.tiers.count }, (_, tier) => this.tiers.seen(tier) ?? []);
    return notHeld(all.flat(), {
      healthOf: this.#healthOf,
      now: this.#home.clock.now(),
    });
  }

  readonly #healthOf = ({ key }: Endpoint): AddressHealth => this.#home.healthOf(key);

  #markedDown(): ConnectionError {
    const { name } = this.settings;
    const message = `Every address of "${name}" is marked down`;
    return new ConnectionError('MARKED_DOWN', message, { service: name });
  }

  /** Runs in the background, outside any request context. */
  #probe(due: readonly Endpoint[]): void {
    outside(() => {
      for (const endpoint of due) {
        const call = this.#callTime(NO_OPTIONS);
        void this.#race.probe(endpoint, call).finally(() => call.end());
      }
    });
  }

  #callTime({ timeoutMs, signal }: ResolvedResolveOptions): CallTime {
    const { clock, schedule } = this.#home;
    const { name, timeouts } = this.settings;
    const allowedMs = timeoutMs ?? timeouts.connectMs;
    return new CallTime({ clock, schedule, service: name, allowedMs, signal });
  }

  #drain(key: string): void {
    const pool = this.#pools.get(key);
    pool?.drain();
    if (pool?.open === 0) this.#pools.delete(key);
  }

  #poolOf(endpoint: Endpoint): EndpointPool {
    const known = this.#pools.get(endpoint.key);
    if (known !== undefined) {
      known.isGone = false;
      return known;
    }
    const created = new EndpointPool(endpoint, {
      settings: this.settings,
      home: this.#home,
      recorder: this.recorder,
      onEmpty: (pool) => {
        if (pool.isGone) this.#pools.delete(endpoint.key);
      },
    });
    this.#pools.set(endpoint.key, created);
    return created;
  }
}

/** Options of a background call. */
const NO_OPTIONS: ResolvedResolveOptions = { signal: undefined, timeoutMs: undefined };

function ownedBy({ tls, serverSpeaksFirst }: ResolvedDialOptions): Purpose {
  return { isLease: false, isPlain: tls === 'none', isGreeted: serverSpeaksFirst };
}

function leasedBy({ serverSpeaksFirst }: ResolvedLeaseOptions): Purpose {
  return { isLease: true, isPlain: false, isGreeted: serverSpeaksFirst };
}

function shown(address: Address | undefined): ShownAddress {
  if (address === undefined) return { host: 'localhost', port: 0, path: undefined };
  if (address.kind === 'unix') return { host: 'localhost', port: 0, path: address.path };
  if (address.kind === 'srv') return { host: address.name, port: 0, path: undefined };
  return { host: address.host, port: address.port, path: undefined };
}

/** Treats a tier whose names fail to resolve as empty. */
function collect(errors: ConnectionError[]): (error: unknown) => readonly Endpoint[] {
  return (error) => {
    if (!(error instanceof ConnectionError) || error.failure !== 'DNS') throw error;
    errors.push(error);
    return [];
  };
}
