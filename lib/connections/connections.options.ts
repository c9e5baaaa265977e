import type { ConnectionOptions } from 'node:tls';

import type { NameResolver } from './name-resolver.ts';

/**
 * Address of a service. As text: `host:port`, `unix:/path` or `srv:_name._tcp.example`, with
 * `*weight` appended unless it is 1.
 */
export type AddressOptions =
  | string
  | { host: string; port: number; weight?: number }
  | { path: string; weight?: number }
  | { srv: string; weight?: number };

/** Time limits of a service, each cut to the request's remaining time. */
export interface TimeoutOptions {
  /** Wait for a free socket. @default 1_000 */
  waitMs?: number;
  /** Name resolution. @default 2_000 */
  dnsMs?: number;
  /** TCP connect to one address. @default 3_000 */
  tcpMs?: number;
  /** TLS handshake. @default 3_000 */
  tlsMs?: number;
  /** First byte received, once a byte was sent; 0: no limit. @default 0 */
  firstByteMs?: number;
  /** Silence on a leased connection before it is destroyed; 0: no limit. @default 30_000 */
  readMs?: number;
  /** A connection in total: wait, name, TCP and TLS, over all addresses. @default 10_000 */
  connectMs?: number;
}

export interface RetryOptions {
  /** Retries of idempotent work. @default 1 */
  retries?: number;
  /** Retries and hedges per request, on average. @default 0.2 */
  budgetFraction?: number;
  /** Retries and hedges per second that are always allowed. @default 10 */
  budgetPerSecond?: number;
  /** Delay before the next address is tried beside one that still connects. @default 300 */
  staggerMs?: number;
}

export interface HealthCheckOptions {
  /** Consecutive failures that mark an address down. @default 5 */
  failures?: number;
  /** First time down, give or take 20 %; doubled each further time. @default 10_000 */
  downMs?: number;
  /** Longest time down. @default 300_000 */
  maxDownMs?: number;
  /** Marks are ignored when less than this fraction of a tier is up; 0: never. @default 0.5 */
  panicBelow?: number;
  /**
   * Whether an address has failed when it connects but sends no first byte within
   * `timeouts.firstByteMs`, which must be set. Leave it off where a slow first answer may be due to
   * the query. Where the server speaks first (MySQL, SMTP, NATS), a missing greeting always counts.
   * @default false
   */
  silenceCounts?: boolean;
}

export interface PoolOptions {
  /** Idle connections per address. @default 50 */
  maxIdle?: number;
  /** Longest time idle before a connection is closed. @default 4_000 */
  idleMs?: number;
  /** Longest age of a pooled connection, give or take 10 %. @default 1_800_000 */
  lifetimeMs?: number;
}

export interface LimitOptions {
  /** Connections per address, from all clients in the process. @default 100 */
  maxConnections?: number;
}

export interface PropagateOptions {
  /** Whether `traceparent`, `tracestate` and `baggage` are sent. @default false */
  trace?: boolean;
  /**
   * Header for the remaining time; `true`: the one of the option `context.deadline.header`, or
   * `x-request-timeout-ms` where that is `false`. @default false: not sent
   */
  remainingTime?: boolean | string;
}

export interface ServiceOptions {
  /** Addresses by tier, later ones as fallback. As text: `;` separates tiers, `,` addresses. */
  tiers?: readonly (readonly AddressOptions[])[] | string;
  /** Other names of the service; as text, separated by `,`. @default none */
  aliases?: readonly string[] | string;
  limits?: LimitOptions;
  timeouts?: TimeoutOptions;
  /** TLS, optionally with options as for `tls.connect`. @default false */
  tls?: boolean | ConnectionOptions;
  retry?: RetryOptions;
  health?: HealthCheckOptions;
  pool?: PoolOptions;
  propagate?: PropagateOptions;
  /** Whether to shed requests to a service that refuses most of them. @default true */
  throttle?: boolean;
}

export interface DnsOptions {
  /** DNS servers, as `address` or `address:port`. @default the system resolver, with hosts file */
  servers?: readonly string[];
  /** Shortest time to live of an answer; also of a failure. @default 1_000 */
  minTtlMs?: number;
  /** Longest time to live of an answer. @default 60_000 */
  maxTtlMs?: number;
  /** Time to live of answers that come without one, as from the system. @default 10_000 */
  defaultTtlMs?: number;
  /** How long an expired answer serves while there is no new one. @default 3_600_000 */
  staleMs?: number;
  /** Replaces Node's resolver, in the main thread only. */
  resolver?: NameResolver;
}

export interface SocketOptions {
  /** Sockets of this process, over all services. @default 80 % of the descriptor limit */
  max?: number;
  /** Requests that may wait for a socket, over all services. @default 1_000 */
  maxWaiting?: number;
  /**
   * Age at which a lease is logged as leaked, with the stack that took it; `false`: never.
   * @default 60_000, but `false` where NODE_ENV is `production`
   */
  leakAfterMs?: number | false;
  /** How long a closing application waits for leases. @default 5_000 */
  closeTimeoutMs?: number;
}

/** Services that one module of the application adds. */
export interface ConnectionsFeatureOptions {
  /** Services by name: letters, digits, `-`, `_` and `.`. */
  services?: Readonly<Record<string, ServiceOptions>>;
}

export interface ConnectionsModuleOptions extends ConnectionsFeatureOptions {
  /** Settings that each service inherits and may override. */
  defaults?: Omit<ServiceOptions, 'tiers' | 'aliases'>;
  dns?: DnsOptions;
  sockets?: SocketOptions;
  /** Path of a JSON file with `services`, `defaults`, `dns` and `sockets`, which override code. */
  file?: string;
  /**
   * Prefix of environment variables, which override file and code; `false`: none are read.
   * @default 'BUTTRESS_CONNECTIONS_'
   */
  environment?: string | false;
}
