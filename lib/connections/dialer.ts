import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import type { DialOptions, ResolveOptions } from './dial.options.ts';

/** Request data that the service's configuration allows to send to it. */
export interface Propagation {
  /** Whether `traceparent`, `tracestate` and `baggage` may be sent. */
  readonly trace: boolean;
  /**
   * Header that carries the remaining time, in whole milliseconds; `true`: the one of the option
   * `context.deadline.header`; `false`: not sent
   */
  readonly remainingTime: string | boolean;
}

/** An address for clients that log or require one; connections still go to the service. */
export interface ShownAddress {
  /** Host name, name of an SRV record, or `localhost` for a unix socket. */
  readonly host: string;
  /** 0 for an SRV name or a unix socket. */
  readonly port: number;
  /** Path of a unix socket. */
  readonly path: string | undefined;
}

/** Settings of a service that clients need. */
export interface ServiceDescription {
  /** Name of the service, also when described by an alias. */
  readonly name: string;
  /** Options for `tls.connect`; undefined: no TLS. */
  readonly tls: Readonly<ConnectionOptions> | undefined;
  readonly propagate: Propagation;
  /** First address of the first tier. */
  readonly address: ShownAddress;
  /** Limit of a connection in total, over all addresses. */
  readonly connectTimeoutMs: number;
  /** Silence after which a client should give up on an answer; 0: never. */
  readonly readTimeoutMs: number;
  /** Connections allowed from this process: the limit per address times configured addresses. */
  readonly maxConnections: number;
}

/** An address of a service, after name resolution. */
export type ResolvedAddress =
  | { readonly host: string; readonly family: 4 | 6; readonly port: number }
  | { readonly path: string };

/** Opens connections to named services. */
export interface Dialer {
  /**
   * Opens a connection that the caller owns and closes. It counts against the limits of the address
   * and the process until it is closed.
   *
   * @throws ConnectionError when there is none, ContextAbortError when the request has ended
   */
  connect(service: string, options?: DialOptions): Promise<Socket>;

  /** Describes a service to its clients. @throws ConnectionError when it is unknown */
  describe(service: string): ServiceDescription;

  /**
   * Resolves addresses for clients that can only connect themselves: the up addresses of the first
   * tier that has any, in the order to try. With none up, all that no operator holds down.
   *
   * @throws ConnectionError when there is no such address
   */
  resolve(service: string, options?: ResolveOptions): Promise<readonly ResolvedAddress[]>;
}
