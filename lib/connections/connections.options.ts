import type { ConnectionOptions } from 'node:tls';

import type { NameResolver } from './name-resolver.ts';

/**
 * Where a service is. As text: `host:port`, `unix:/path`, `srv:_name._tcp.example`, each with
 * `*weight` behind it if it is not 1.
 */
export type AddressOptions =
  | string
  | { host: string; port: number; weight?: number }
  | { path: string; weight?: number }
  | { srv: string; weight?: number };

/** All of a service's limits of time, in milliseconds; each is cut to what the request has left. */
export interface TimeoutOptions {
  /** For a free socket. @default 1_000 */
  waitMs?: number;
  /** For its name. @default 2_000 */
  dnsMs?: number;
  /** For the connection to one address. @default 3_000 */
  tcpMs?: number;
  /** For TLS on it. @default 3_000 */
  tlsMs?: number;
  /** For the first byte that comes after the first that is sent; 0: no limit. @default 0 */
  firstByteMs?: number;
  /** Silence after which a leased connection is given up; 0: no limit. @default 30_000 */
  readMs?: number;
  /** For a connection with all of that, over all addresses. @default 10_000 */
  connectMs?: number;
}

export interface RetryOptions {
  /** How often idempotent work is tried again. @default 1 */
  retries?: number;
  /** Retries and hedges for each request, in the long run. @default 0.2 */
  budgetFraction?: number;
  /** Retries and hedges per second that are always allowed. @default 10 */
  budgetPerSecond?: number;
  /** How long an address has before the next one is tried beside it, in milliseconds. @default 300 */
  staggerMs?: number;
}

export interface HealthCheckOptions {
  /** Failures in a row that mark an address down. @default 5 */
  failures?: number;
  /** First time down, in milliseconds; doubled each further time. @default 10_000 */
  downMs?: number;
  /** Longest time down, in milliseconds. @default 300_000 */
  maxDownMs?: number;
  /** Fraction of a tier's addresses up below which marks are ignored; 0: never. @default 0.5 */
  panicBelow?: number;
  /**
   * Whether an address has failed that connects and sends no first byte within
   * `timeouts.firstByteMs`, which must be set, as one that refuses has. Leave it off where a slow
   * first answer is the question's fault. Protocols whose server speaks first (MySQL, SMTP, NATS)
   * need it not: there it always counts.
   * @default false
   */
  silenceCounts?: boolean;
}

export interface PoolOptions {
  /** Idle connections for each address. @default 50 */
  maxIdle?: number;
  /** How long a connection may be idle, in milliseconds. @default 4_000 */
  idleMs?: number;
  /** How long a connection may live, in milliseconds, give or take a tenth. @default 1_800_000 */
  lifetimeMs?: number;
}

export interface LimitOptions {
  /** Connections to each address, from all clients in the process. @default 100 */
  maxConnections?: number;
}

export interface PropagateOptions {
  /** Whether `traceparent`, `tracestate` and `baggage` are sent. @default false */
  trace?: boolean;
  /** Whether the remaining time is sent; or the header for it. @default false */
  remainingTime?: boolean | string;
}

export interface ServiceOptions {
  /** Addresses; those of a later tier are used when the earlier ones are down. */
  tiers?: readonly (readonly AddressOptions[])[] | string;
  /** Further names of the service. @default none */
  aliases?: readonly string[] | string;
  limits?: LimitOptions;
  timeouts?: TimeoutOptions;
  /** TLS, with options as for `tls.connect`. @default false */
  tls?: boolean | ConnectionOptions;
  retry?: RetryOptions;
  health?: HealthCheckOptions;
  pool?: PoolOptions;
  propagate?: PropagateOptions;
  /** Whether requests are held back from a service that refuses them. @default true */
  throttle?: boolean;
}

export interface DnsOptions {
  /** Servers to ask, as `host` or `host:port`. @default the system's way, hosts file included */
  servers?: readonly string[];
  /** Shortest time that an answer is believed, in milliseconds. @default 1_000 */
  minTtlMs?: number;
  /** Longest time that an answer is believed, in milliseconds. @default 60_000 */
  maxTtlMs?: number;
  /** For answers that do not say, as those of the system. @default 10_000 */
  defaultTtlMs?: number;
  /** How long an old answer serves while there is no new one. @default 3_600_000 */
  staleMs?: number;
  /** Asks in place of Node. It stays in the main thread. */
  resolver?: NameResolver;
}

export interface SocketOptions {
  /** Sockets of this process, for all services together. @default 80 % of the descriptor limit */
  max?: number;
  /** Who may wait for one, all together. @default 1_000 */
  maxWaiting?: number;
  /**
   * Time after which a lease that was not given back is logged with the stack that took it, in
   * milliseconds; `false`: never.
   * @default 60_000 in development, `false` where NODE_ENV is `production`
   */
  leakAfterMs?: number | false;
  /** How long a closing application waits for leases, in milliseconds. @default 5_000 */
  closeTimeoutMs?: number;
}

/** What a module of the application adds. */
export interface ConnectionsFeatureOptions {
  /** By name. */
  services?: Readonly<Record<string, ServiceOptions>>;
}

export interface ConnectionsModuleOptions extends ConnectionsFeatureOptions {
  /** Settings that each service has unless it says otherwise. */
  defaults?: Omit<ServiceOptions, 'tiers' | 'aliases'>;
  dns?: DnsOptions;
  sockets?: SocketOptions;
  /** A JSON file with `services`, `defaults`, `dns` and `sockets`, which count more than code. */
  file?: string;
  /**
   * Prefix of environment variables, which count most; `false`: none are read.
   * @default 'BUTTRESS_CONNECTIONS_'
   */
  environment?: string | false;
}
