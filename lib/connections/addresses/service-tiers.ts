import type { Clock } from '../../common/clock.ts';
import { outside } from '../../common/outside.ts';
import { ConnectionError } from '../connection.errors.ts';
import type { Schedule } from '../schedule.ts';
import type { ServiceSettings } from '../settings/service.options.ts';
import type { AddressHealth } from './address-health.ts';
import type { Endpoint } from './endpoint.ts';
import type { NameCaches } from './name-caches.ts';
import { TierEndpoints } from './tier-endpoints.ts';

/** How long a request waits for a new answer when a stale one exists. */
const OLD_WAIT_MS = 100;

/** What tiers need of all services. */
export interface TierHome {
  readonly clock: Clock;
  readonly schedule: Schedule;
  readonly names: NameCaches;
  /** Health of an address, shared by all services. */
  healthOf(key: string): AddressHealth;
}

/** Tiers of one service and the endpoints that they resolve to. */
export class ServiceTiers {
  readonly #settings: ServiceSettings;
  readonly #home: TierHome;
  readonly #tiers: readonly TierEndpoints[];
  /** Last known endpoints by tier. */
  readonly #seen: (readonly Endpoint[] | undefined)[];
  readonly #onGone: (key: string) => void;

  constructor(settings: ServiceSettings, home: TierHome, onGone: (key: string) => void) {
    this.#settings = settings;
    this.#home = home;
    this.#onGone = onGone;
    this.#tiers = settings.tiers.map((tier) => new TierEndpoints(tier, home.names));
    this.#seen = settings.tiers.map(() => undefined);
  }

  get count(): number {
    return this.#tiers.length;
  }

  /** Last known endpoints of a tier; undefined: never resolved. */
  seen(tier: number): readonly Endpoint[] | undefined {
    return this.#seen[tier];
  }

  /** Endpoints of a tier from fresh answers alone; undefined: call `resolve`. */
  fresh(tier: number): readonly Endpoint[] | undefined {
    const endpoints = this.#tiers[tier]?.fresh;
    if (endpoints !== undefined && endpoints !== this.#seen[tier]) this.#see(tier, endpoints);
    return endpoints;
  }

  /** Resolves within `timeouts.dnsMs`, else falls back to stale answers. @throws ConnectionError */
  async resolve(tier: number, signal: AbortSignal): Promise<readonly Endpoint[]> {
    const endpoints = this.#tiers[tier];
    if (endpoints === undefined) return [];
    const resolved = await this.#inTime(endpoints, signal);
    if (resolved !== this.#seen[tier]) this.#see(tier, resolved);
    return resolved;
  }

  /** Resolves stale names in the background, so that pools of removed addresses drain. */
  async refresh(): Promise<void> {
    for (const [tier, endpoints] of this.#tiers.entries()) {
      if (this.#seen[tier] === undefined || this.fresh(tier) !== undefined) continue;
      // oxlint-disable-next-line no-await-in-loop -- there is no hurry
      const resolved = await endpoints.resolve().catch(() => undefined);
      if (resolved !== undefined && resolved !== this.#seen[tier]) this.#see(tier, resolved);
    }
  }

  /** Whether the service has another address up, may have one, or does not use this one. */
  hasOtherUp(key: string): boolean {
    const now = this.#home.clock.now();
    let isOurs = false;
    let hasOther = false;
    for (const seen of this.#seen) {
      // An unresolved tier may have an address up.
      if (seen === undefined) hasOther = true;
      for (const endpoint of seen ?? []) {
        if (endpoint.key === key) isOurs = true;
        else if (this.#home.healthOf(endpoint.key).isUp(now)) hasOther = true;
      }
    }
    return !isOurs || hasOther;
  }

  /** Whether an address is one of the service, in use already or known without a question. */
  has(key: string): boolean {
    return this.#tiers.some((tier, at) => {
      return (this.#seen[at] ?? tier.known).some((endpoint) => endpoint.key === key);
    });
  }

  #see(tier: number, endpoints: readonly Endpoint[]): void {
    const before = this.#seen[tier] ?? [];
    this.#seen[tier] = endpoints;
    for (const { key } of before) if (!this.has(key)) this.#onGone(key);
  }

  async #inTime(tier: TierEndpoints, signal: AbortSignal): Promise<readonly Endpoint[]> {
    const { timeouts } = this.#settings;
    // With a stale answer at hand, a new one is not worth the full limit.
    const dnsMs = tier.known.length > 0 ? Math.min(OLD_WAIT_MS, timeouts.dnsMs) : timeouts.dnsMs;
    const { promise, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(signal.reason as Error);
    const cancelTimer = this.#home.schedule(() => {
      reject(this.#failure(`no answer within ${dnsMs} ms`, { code: 'TIMEOUT' }));
    }, dnsMs);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await Promise.race([outside(() => tier.resolve()), promise]);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const { known } = tier;
      if (known.length > 0) return known;
      if (error instanceof ConnectionError) throw error;
      throw this.#failure((error as Error).message, error as { code?: unknown });
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', onAbort);
    }
  }

  #failure(why: string, cause: { code?: unknown }): ConnectionError {
    const { name } = this.#settings;
    const reason = typeof cause.code === 'string' ? cause.code : undefined;
    const message = `The name of "${name}" could not be resolved: ${why}`;
    return new ConnectionError('DNS', message, { service: name, reason, cause });
  }
}
