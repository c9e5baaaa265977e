import { lookup, Resolver } from 'node:dns/promises';

export interface NamedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** What was found, and how long that may be believed; undefined: nobody said. */
export interface Found<T> {
  readonly records: readonly T[];
  readonly ttlMs: number | undefined;
}

/** Asks for names. Rejects when there is no answer, or nothing of that name. */
export interface NameResolver {
  /** Addresses of both families. */
  addresses(host: string): Promise<Found<NamedAddress>>;
  services(name: string): Promise<Found<ServiceRecord>>;
}

export interface DnsResolverOptions {
  /** Servers to ask, as `host:port`. @default undefined: as the system does it, hosts file included */
  readonly servers?: readonly string[] | undefined;
  /** For one question to one server, in milliseconds. */
  readonly timeoutMs: number;
}

/** Names as Node resolves them. */
export class DnsResolver implements NameResolver {
  readonly #resolver: Resolver;
  readonly #asksServers: boolean;

  constructor({ servers, timeoutMs }: DnsResolverOptions) {
    this.#resolver = new Resolver({ timeout: timeoutMs, tries: 2 });
    this.#asksServers = servers !== undefined;
    if (servers !== undefined) this.#resolver.setServers(servers);
  }

  /** The system's way knows search domains and the hosts file, but tells no time to live. */
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

/** The one that says most: that there is no such name of one family is the least. */
function failureOf(asked: readonly PromiseSettledResult<unknown>[]): unknown {
  const reasons = asked.flatMap((one): unknown[] =>
    one.status === 'rejected' ? [one.reason] : [],
  );
  return reasons.find((reason) => codeOf(reason) !== 'ENODATA') ?? reasons[0];
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null)?.code;
}
