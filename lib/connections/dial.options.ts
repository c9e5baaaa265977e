import { abortSignal, remainingTime } from '../common/options/call-options.ts';
import { option, optional } from '../common/options/kind.ts';
import { choice, flag } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';

export const dialOptions = optionGroup({
  /** Aborts the attempt, with the signal's reason. The request's end aborts it in any case. */
  signal: optional(abortSignal),
  /**
   * Limit in total, cut to the request's remaining time. Without it: `timeouts.connectMs` of the
   * service.
   */
  timeoutMs: optional(remainingTime),
  /**
   * `service`: TLS as configured for the service. `none`: a plain socket, for clients that start
   * TLS themselves.
   */
  tls: option(choice(['service', 'none']), 'service'),
  /**
   * Whether the server speaks first, as in MySQL, SMTP and NATS. An address that then connects
   * without sending a greeting has failed, like one that refuses.
   */
  serverSpeaksFirst: option(flag, false),
});

/** Options of `connect`. */
export interface DialOptions extends GivenOf<typeof dialOptions> {}

export type ResolvedDialOptions = ResolvedOf<typeof dialOptions>;

const { tls: _tls, ...ofLeases } = dialOptions.table;

/** Later leases share a connection, so `tls` is the service's. */
export const leaseOptions = optionGroup(ofLeases);

/** Options of `acquire`. */
export interface LeaseOptions extends GivenOf<typeof leaseOptions> {}

export type ResolvedLeaseOptions = ResolvedOf<typeof leaseOptions>;

const { serverSpeaksFirst: _speaks, ...ofResolutions } = ofLeases;

export const resolveOptions = optionGroup(ofResolutions);

/** Options of `resolve`. */
export interface ResolveOptions extends GivenOf<typeof resolveOptions> {}

export type ResolvedResolveOptions = ResolvedOf<typeof resolveOptions>;
