import { isIP } from 'node:net';

import type { NamedAddress, ServiceRecord } from '../name-resolver.ts';
import type { Address } from '../settings/address.ts';
import { type Endpoint, tcpEndpoint, unixEndpoint } from './endpoint.ts';
import type { NameCaches } from './name-caches.ts';

/** Cached answers to accept. */
type Age = 'fresh' | 'stale';

/** Endpoints that the addresses of one tier resolve to. */
export class TierEndpoints {
  readonly #addresses: readonly Address[];
  readonly #names: NameCaches;
  /** Answers that `#built` was made from: it is rebuilt only when they change. */
  #answers: readonly unknown[] = [];
  #built: readonly Endpoint[] | undefined;
  /** Whether no address is a name, so that endpoints never change. */
  readonly #isFixed: boolean;

  constructor(addresses: readonly Address[], names: NameCaches) {
    this.#addresses = addresses;
    this.#names = names;
    this.#isFixed = addresses.every(isFixed);
  }

  /** Endpoints from fresh answers alone; undefined: call `resolve`. */
  get fresh(): readonly Endpoint[] | undefined {
    if (this.#isFixed && this.#built !== undefined) return this.#built;
    return this.#build('fresh', 'all');
  }

  /** Endpoints from fresh or stale answers, of as many addresses as possible. */
  get known(): readonly Endpoint[] {
    return this.#build('stale', 'some') ?? [];
  }

  /** Resolves what is not fresh. @throws the first failure when that leaves no endpoint */
  async resolve(): Promise<readonly Endpoint[]> {
    const asked = await Promise.allSettled(this.#addresses.map((address) => this.#ask(address)));
    const { known } = this;
    if (known.length > 0) return known;
    const failure = asked.find((one) => one.status === 'rejected');
    throw failure?.reason ?? new Error('No addresses');
  }

  async #ask(address: Address): Promise<void> {
    if (address.kind === 'unix') return;
    if (address.kind === 'host') return this.#askHost(address.host);
    const records = await this.#names.services.resolve(address.name);
    const hosts = [...new Set(records.map(({ name }) => name))];
    const asked = await Promise.allSettled(hosts.map((host) => this.#askHost(host)));
    const failure = asked.find((one) => one.status === 'rejected');
    if (failure !== undefined && asked.every(({ status }) => status === 'rejected')) {
      throw failure.reason;
    }
  }

  async #askHost(host: string): Promise<void> {
    if (isIP(host) === 0) await this.#names.addresses.resolve(host);
  }

  #build(age: Age, need: 'all' | 'some'): readonly Endpoint[] | undefined {
    const answers: unknown[] = [];
    const parts: (() => Endpoint[])[] = [];
    for (const address of this.#addresses) {
      const part = this.#partOf(address, age, answers);
      if (part !== undefined) parts.push(part);
      else if (need === 'all') return undefined;
    }
    if (this.#built !== undefined && isSame(answers, this.#answers)) return this.#built;
    this.#answers = answers;
    this.#built = unique(parts.flatMap((part) => part()));
    return this.#built;
  }

  /** Appends its answers to `answers`; returns a function that builds endpoints from them. */
  #partOf(address: Address, age: Age, answers: unknown[]): (() => Endpoint[]) | undefined {
    if (address.kind === 'unix') {
      answers.push(address);
      return () => [unixEndpoint(address.path, address.weight)];
    }
    if (address.kind === 'srv') return this.#partOfService(address, age, answers);
    const addresses = this.#addressesOf(address.host, age);
    if (addresses === undefined) return undefined;
    answers.push(addresses);
    const { host, port, weight } = address;
    return () => endpointsOf(addresses, { name: host, port, weight, priority: 0 });
  }

  #partOfService(
    { name, weight }: { name: string; weight: number },
    age: Age,
    answers: unknown[],
  ): (() => Endpoint[]) | undefined {
    const records = this.#names.services[age](name);
    if (records === undefined) return undefined;
    answers.push(records);
    const hosts = new Map<string, readonly NamedAddress[]>();
    for (const { name: host } of records) {
      const addresses = this.#addressesOf(host, age);
      answers.push(addresses);
      if (addresses !== undefined) hosts.set(host, addresses);
    }
    if (hosts.size === 0) return undefined;
    return () => serviceEndpoints(records, hosts, weight);
  }

  #addressesOf(host: string, age: Age): readonly NamedAddress[] | undefined {
    const family = isIP(host);
    if (family === 0) return this.#names.addresses[age](host);
    return literal(host, family === 6 ? 6 : 4);
  }
}

function isFixed(address: Address): boolean {
  return address.kind === 'unix' || (address.kind === 'host' && isIP(address.host) !== 0);
}

/** One object per literal address, so that `isSame` finds it unchanged. */
const literals = new Map<string, readonly NamedAddress[]>();
const MAX_LITERALS = 2_000;

function literal(address: string, family: 4 | 6): readonly NamedAddress[] {
  const known = literals.get(address);
  if (known !== undefined) return known;
  const created = [{ address, family }];
  if (literals.size < MAX_LITERALS) literals.set(address, created);
  return created;
}

interface Place {
  name: string;
  port: number;
  weight: number;
  priority: number;
}

/** Divides a name's weight among its addresses. */
function endpointsOf(addresses: readonly NamedAddress[], { name, ...place }: Place): Endpoint[] {
  const weight = place.weight / addresses.length;
  return addresses.map(({ address, family }) => {
    return tcpEndpoint({ address, family, name }, { ...place, weight });
  });
}

/** Divides the weight among records of one priority; SRV weight 0 counts as 0.1 (RFC 2782). */
function serviceEndpoints(
  records: readonly ServiceRecord[],
  hosts: ReadonlyMap<string, readonly NamedAddress[]>,
  weight: number,
): Endpoint[] {
  const usable = records.filter(({ name }) => hosts.has(name));
  return usable.flatMap(({ name, port, priority, weight: own }) => {
    const peers = usable.filter((other) => other.priority === priority);
    const sum = peers.reduce((total, other) => total + shareOf(other.weight), 0);
    const share = (weight * shareOf(own)) / sum;
    return endpointsOf(hosts.get(name) ?? [], { name, port, weight: share, priority });
  });
}

function shareOf(weight: number): number {
  return weight === 0 ? 0.1 : weight;
}

/** Merges endpoints with the same key, as of two names, and adds their weights. */
function unique(endpoints: readonly Endpoint[]): Endpoint[] {
  const byKey = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const known = byKey.get(endpoint.key);
    const weight = endpoint.weight + (known?.weight ?? 0);
    byKey.set(endpoint.key, { ...(known ?? endpoint), weight });
  }
  return [...byKey.values()];
}

function isSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}
