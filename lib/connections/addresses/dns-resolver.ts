import { lookup, Resolver } from 'node:dns/promises';

import type { Found, NamedAddress, NameResolver, ServiceRecord } from '../name-resolver.ts';

export interface DnsResolverOptions {
  /** DNS servers, as `address:port`. @default the system resolver, with hosts file */
  readonly servers?: readonly string[] | undefined;
  /** Limit of one query to one server. */
  readonly timeoutMs: number;
}

/** Resolves names with `node:dns`. */
export class DnsResolver implements NameResolver {
  readonly #resolver: Resolver;
  readonly #asksServers: boolean;

  constructor({ servers, timeoutMs }: DnsResolverOptions) {
    this.#resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
    this.#asksServers = servers !== undefined;
    if (servers !== undefined) this.#resolver.setServers(servers);
  }

  /** The system resolver knows search domains and the hosts file, but returns no time to live. */
  async addresses(host: string): Promise<Found<NamedAddress>> {
    if (this.#asksServers) return this.#ask(host);
    const found = await lookup(host, { all: true, order: 'verbatim' });
    const records = found.map(({ address, family }) => ({ address, family: familyOf(family) }));
    return { records, ttlMs: undefined };
  }

  async services(name: string): Promise<Found<ServiceRecord>> {
    return { records: await this.#resolver.resolveSrv(name), ttlMs: undefined };
  }

  async #ask(host: string): Promise<Found<NamedAddress>> {
    const asked = await Promise.allSettled([
      this.#resolver.resolve6(host, { ttl: true }),
      this.#resolver.resolve4(host, { ttl: true }),
    ]);
    const found = asked.flatMap((one, index) => {
      if (one.status === 'rejected') return [];
      const family: 4 | 6 = index === 0 ? 6 : 4;
      return one.value.map(({ address, ttl }) => ({ address, family, ttl }));
    });
    if (found.length === 0) throw failureOf(asked);
    return { records: found, ttlMs: Math.min(...found.map(({ ttl }) => ttl)) * 1_000 };
  }
}

function familyOf(family: number): 4 | 6 {
  return family === 6 ? 6 : 4;
}

/** Picks the most telling error: `ENODATA` only means that one family has no address. */
function failureOf(asked: readonly PromiseSettledResult<unknown>[]): unknown {
  const reasons = asked.flatMap((one): unknown[] =>
    one.status === 'rejected' ? [one.reason] : [],
  );
  return reasons.find((reason) => codeOf(reason) !== 'ENODATA') ?? reasons[0];
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
