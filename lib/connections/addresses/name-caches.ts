import type { Clock } from '../../common/clock.ts';
import { outside } from '../../common/outside.ts';
import type { NamedAddress, ServiceRecord } from '../name-resolver.ts';
import type { ProcessSettings } from '../settings/connections.options.ts';
import { DnsResolver } from './dns-resolver.ts';
import { ResolutionCache } from './resolution-cache.ts';

/** Names kept at most: far more than there are services. */
const MAX_NAMES = 2_000;

/** Limit of one query to one server. */
const QUESTION_MS = 2_000;

/** Caches of resolved names, one for hosts and one for SRV records. */
export class NameCaches {
  readonly addresses: ResolutionCache<NamedAddress>;
  readonly services: ResolutionCache<ServiceRecord>;

  constructor(dns: ProcessSettings['dns'], clock: Clock) {
    const { servers, resolver, ...ttls } = dns;
    const names = resolver ?? new DnsResolver({ servers, timeoutMs: QUESTION_MS });
    const options = { ...ttls, maxNames: MAX_NAMES };
    this.addresses = new ResolutionCache(options, clock, (host) =>
      outside(() => names.addresses(host)),
    );
    this.services = new ResolutionCache(options, clock, (name) =>
      outside(() => names.services(name)),
    );
  }
}
