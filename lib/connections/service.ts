import type { Socket } from 'node:net';

import { outside } from '../common/outside.ts';
import { Context } from '../context/context.ts';
import type { RequestContext } from '../context/request-context.ts';
import { storage } from '../context/storage.ts';
import { addressText } from './settings/address.ts';
import { AttemptRecorder } from './attempt-record.ts';
import { CallTime, requireTime } from './call-time.ts';
import { allFailed, ConnectionError, type ConnectionFailure } from './connection.errors.ts';
import type { ConnectionsHome } from './connections-home.ts';
import type { DialOptions, ResolvedAddress } from './dialer.ts';
import { type Eligible, eligibleOf, notHeld } from './eligible.ts';
import { EndpointPool, type Purpose } from './endpoint-pool.ts';
import type { Endpoint } from './endpoint.ts';
import type { Lease } from './lease.ts';
import { Leases } from './leases.ts';
import type { ManagedConnection } from './managed-connection.ts';
import { RetryBudget } from './retry-budget.ts';
import { ServiceCounts } from './service-counts.ts';
import { errorsOf, ServiceRace } from './service-race.ts';
import type { ServiceSettings } from './settings/service.options.ts';
import { ServiceTiers } from './service-tiers.ts';
import { RaceLostError } from './stagger.ts';
import { Throttle } from './throttle.ts';
import { weightedOrder } from './weighted-order.ts';

/** A named service: its tiers, health, budgets and connections. */
export class Service {
  readonly settings: ServiceSettings;
  readonly tiers: ServiceTiers;
  readonly throttle: Throttle;
  readonly budget: RetryBudget;
  readonly counts = new ServiceCounts();
  readonly recorder: AttemptRecorder;
  readonly leases: Leases;
  readonly #home: ConnectionsHome;
  readonly #race: ServiceRace;
  readonly #pools = new Map<string, EndpointPool>();

  constructor(settings: ServiceSettings, home: ConnectionsHome) {
    this.settings = settings;
    this.#home = home;
    this.throttle = new Throttle(home.random);
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
      onError: (error) => this.counts.noteError(error),
    });
  }

  get pools(): Iterable<EndpointPool> {
    return this.#pools.values();
  }

  /** Leases a pooled connection. @throws ConnectionError */
  acquire(options: DialOptions): Promise<Lease> {
    const context = Context.current();
    const now = this.#home.clock.now();
    try {
      this.#begin(context, options, now);
    } catch (error) {
      return Promise.reject(error);
    }
    const idle = this.#takeIdle(now);
    if (idle === undefined) return this.#acquireSlowly(options, context);
    this.#given(now);
    return Promise.resolve(this.leases.give(idle, context));
  }

  /** Opens a connection that the caller owns. @throws ConnectionError */
  async connect(options: DialOptions): Promise<Socket> {
    this.#begin(Context.current(), options, this.#home.clock.now());
    return (await this.#obtain(purposeOf(options, false), options)).socket;
  }

  /** Resolves the first tier with an address up, in the order to try. @throws ConnectionError */
  async resolve(options: DialOptions): Promise<readonly ResolvedAddress[]> {
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

  /** Closes expired idle connections, logs leaks, and resolves stale names again. */
  sweep(now: number): void {
    for (const pool of this.#pools.values()) pool.sweep(now);
    this.leases.sweep(now);
    if (this.#pools.size > 0) void outside(() => this.tiers.refresh());
  }

  /** Counts a request and checks its deadline and the throttle. @throws ConnectionError */
  #begin(context: RequestContext | undefined, { signal }: DialOptions, now: number): void {
    const { requests } = this.counts;
    requests.requested++;
    try {
      requireTime(this.settings.name, context, signal);
    } catch (error) {
      requests.abandoned++;
      throw error;
    }
    if (!this.settings.throttle || this.throttle.admit(now)) return;
    requests.failed++;
    const { name } = this.settings;
    const message = `"${name}" refuses most of what it gets: this request was not sent`;
    const error = new ConnectionError('THROTTLED', message, { service: name });
    this.counts.noteError(error);
    advise(error);
    throw error;
  }

  #given(now: number): void {
    this.counts.requests.given++;
    this.throttle.accepted(now);
  }

  /** Fast path: takes an idle connection of the chosen address, without a promise. */
  #takeIdle(now: number): ManagedConnection | undefined {
    for (let tier = 0; tier < this.tiers.count; tier++) {
      const endpoints = this.tiers.fresh(tier);
      if (endpoints === undefined) return undefined;
      const { up, due } = this.#eligible(endpoints);
      if (due.length > 0) this.#probe(due);
      if (up.length === 0) continue;
      const first = up.length === 1 ? up[0] : weightedOrder(up, this.#home.random)[0];
      return first && this.#pools.get(first.key)?.takeIdle(now);
    }
    return undefined;
  }

  async #acquireSlowly(options: DialOptions, context: RequestContext | undefined): Promise<Lease> {
    return this.leases.give(await this.#obtain(purposeOf(options, true), options), context);
  }

  async #obtain(purpose: Purpose, options: DialOptions): Promise<ManagedConnection> {
    let call: CallTime | undefined;
    let endStep: (() => void) | undefined;
    try {
      call = this.#callTime(options);
      endStep = call.timings?.start(`${this.settings.name}.connect`);
      const connection = await this.#fromTiers(purpose, call);
      this.#given(this.#home.clock.now());
      return connection;
    } catch (error) {
      this.#failed(error);
      throw error;
    } finally {
      endStep?.();
      call?.end();
    }
  }

  #failed(error: unknown): void {
    const { requests } = this.counts;
    const isOurs = error instanceof ConnectionError;
    if (isOurs) requests.failed++;
    else requests.abandoned++;
    if (isOurs) advise(error);
    if (isOurs && error.failure !== 'ALL_FAILED') this.counts.noteError(error);
    // Our own limits and a caller that left say nothing about the service.
    const isRefused = isOurs && !OUR_OWN.has(error.failure);
    if (isRefused) this.throttle.refused(this.#home.clock.now());
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
      const connection = await this.#fromTier(up, purpose, call).catch(collectAll(errors));
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
    const connection = await this.#fromTier(left, purpose, call).catch(collectAll(errors));
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
    this.counts.noteError(error);
    const address = this.settings.tiers[tier]?.map(addressText).join(',') ?? '';
    this.recorder.attempt({ address, outcome: 'failed', times: { dnsMs }, error });
  }

  #eligible(endpoints: readonly Endpoint[]): Eligible {
    return eligibleOf(endpoints, {
      healthOf: ({ key }) => this.#home.healthOf(key),
      now: this.#home.clock.now(),
      panicBelow: this.settings.health.panicBelow,
    });
  }

  #lastResort(): Endpoint[] {
    const all = Array.from({ length: this.tiers.count }, (_, tier) => this.tiers.seen(tier) ?? []);
    return notHeld(all.flat(), {
      healthOf: ({ key }) => this.#home.healthOf(key),
      now: this.#home.clock.now(),
    });
  }

  #markedDown(): ConnectionError {
    const { name } = this.settings;
    const message = `Every address of "${name}" is marked down`;
    return new ConnectionError('MARKED_DOWN', message, { service: name });
  }

  /** Runs in the background, outside any request context. */
  #probe(due: readonly Endpoint[]): void {
    outside(() => {
      for (const endpoint of due) {
        const call = this.#callTime({});
        void this.#race.probe(endpoint, call).finally(() => call.end());
      }
    });
  }

  #callTime({ timeoutMs, signal }: DialOptions): CallTime {
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

/** Ignores `tls: 'none'` for a lease, because later leases share the connection. */
function purposeOf({ tls, serverSpeaksFirst }: DialOptions, isLease: boolean): Purpose {
  return { isLease, isPlain: !isLease && tls === 'none', isGreeted: serverSpeaksFirst === true };
}

/** Failures that do not count against the service. */
const OUR_OWN: ReadonlySet<ConnectionFailure> = new Set(['DEADLINE', 'OUT_OF_SOCKETS', 'CLOSED']);

/** Sets `Retry-After` of the request's answer, in case it fails with this error. */
function advise({ retryAfterMs }: ConnectionError): void {
  const context = storage.getStore();
  if (context !== undefined && retryAfterMs !== undefined) context.retryAfterMs = retryAfterMs;
}

/** Treats a tier whose names fail to resolve as empty. */
function collect(errors: ConnectionError[]): (error: unknown) => readonly Endpoint[] {
  return (error) => {
    if (!(error instanceof ConnectionError) || error.failure !== 'DNS') throw error;
    errors.push(error);
    return [];
  };
}

/** Treats a lost race as no connection. */
function collectAll(errors: ConnectionError[]): (error: unknown) => undefined {
  return (error) => {
    if (!(error instanceof RaceLostError)) throw error;
    errors.push(...errorsOf(error));
  };
}
