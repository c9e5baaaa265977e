import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

export interface DialOptions {
  /** Ends the attempt; the error is the signal's reason. @default the request's signal, if any */
  signal?: AbortSignal;
  /** Time for everything, in milliseconds. @default the service's; never more than the request has */
  timeoutMs?: number;
  /**
   * `service`: TLS as the service says. `none`: the client does TLS itself, over a plain socket.
   * @default 'service'
   */
  tls?: 'service' | 'none';
  /**
   * Whether the protocol begins with a greeting of the server, as MySQL, SMTP and NATS do: an
   * address that connects and sends none has failed, as one that refuses has.
   * @default false
   */
  serverSpeaksFirst?: boolean;
}

/** What of a request may be told to a service; only what the service's configuration allows. */
export interface Propagation {
  /** Whether `traceparent`, `tracestate` and `baggage` may be sent. @default false */
  readonly trace: boolean;
  /** Header that carries the remaining time, in whole milliseconds; undefined: not sent. */
  readonly remainingTimeHeader: string | undefined;
}

/** An address that clients show in logs or ask for; what is dialled is the service. */
export interface ShownAddress {
  /** Host name, name of an SRV record, or `localhost` for a unix socket. */
  readonly host: string;
  /** 0 where only resolution will tell, or there is none. */
  readonly port: number;
  /** Path of a unix socket. */
  readonly path: string | undefined;
}

/** What clients need to know of a service. */
export interface ServiceDescription {
  /** The service's own name, also when it was asked for by an alias. */
  readonly name: string;
  /** As for `tls.connect`; undefined: the service speaks without TLS. */
  readonly tls: Readonly<ConnectionOptions> | undefined;
  readonly propagate: Propagation;
  /** The first address of the first tier. */
  readonly address: ShownAddress;
  /** Time for a connection with everything that belongs to it, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Silence after which a connection that should answer is given up, in milliseconds; 0: never. */
  readonly readTimeoutMs: number;
  /** Connections that this process may have to the service, all clients together. */
  readonly maxConnections: number;
}

/** Where a service can be reached now. */
export type ResolvedAddress =
  | { readonly host: string; readonly family: 4 | 6; readonly port: number }
  | { readonly path: string };

/** Gives connections to named services. */
export interface Dialer {
  /**
   * An open connection of its own, which the caller ends. It counts towards the service's and the
   * process's limits until it is closed.
   *
   * @throws ConnectionError saying why there is none
   */
  connect(service: string, options?: DialOptions): Promise<Socket>;

  /** @throws ConnectionError when there is no such service */
  describe(service: string): ServiceDescription;

  /**
   * For clients that insist on connecting themselves: the addresses of the first tier that has one
   * that is up, in the order in which they should be tried.
   *
   * @throws ConnectionError when none can be resolved
   */
  resolve(service: string, options?: DialOptions): Promise<readonly ResolvedAddress[]>;
}
