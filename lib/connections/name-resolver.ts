/** An address that a name resolved to. */
export interface NamedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** An SRV record. */
export interface ServiceRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

/** Records found, and their time to live; undefined when the resolver gives none. */
export interface Found<T> {
  readonly records: readonly T[];
  readonly ttlMs: number | undefined;
}

/** Resolves names. Rejects when there is no answer or no such name. */
export interface NameResolver {
  /** Resolves a host to addresses of both families. */
  addresses(host: string): Promise<Found<NamedAddress>>;
  services(name: string): Promise<Found<ServiceRecord>>;
}
