import type { ConnectionOptions } from 'node:tls';

import { DAY_MS } from '../../common/clock.ts';
import { integerOption } from '../../common/options/checks.ts';
import { type Kind, option, optional } from '../../common/options/kind.ts';
import { choice, flag, whole } from '../../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../../common/options/option-group.ts';

const count: Kind<number> = {
  accepts: '1 to 1,000,000, `Infinity`',
  check: (name, given) => {
    return given === Infinity ? given : integerOption(name, given, { min: 1, max: 1_000_000 });
  },
};

export const agentOptions = optionGroup({
  /** Whether to keep connections for later requests. */
  keepAlive: option(flag, true),
  /** Silence on a kept connection before TCP probes. Without it: 1,000. */
  keepAliveMsecs: optional(whole({ min: 1, max: DAY_MS })),
  /** Time before the end of the server's keep-alive at which a kept connection closes. Without it: 1,000. */
  agentKeepAliveTimeoutBuffer: optional(whole({ min: 0, max: DAY_MS })),
  /** Longest time that a connection is kept unused; less where the server announces less. */
  idleMs: option(whole({ min: 1, max: DAY_MS }), 4_000),
  /** Connections per host name of URLs. Without it: no limit of its own. */
  maxSockets: optional(count),
  /** Connections over all host names. Without it: no limit of its own. */
  maxTotalSockets: optional(count),
  /** Connections kept per host name. Without it: 256. */
  maxFreeSockets: optional(count),
  /** Which kept connection the next request gets. Without it: `lifo`. */
  scheduling: optional(choice(['fifo', 'lifo'])),
  /** Silence on a connection after which the request emits `timeout`; 0: no limit. */
  timeout: optional(whole({ min: 0, max: DAY_MS })),
});

/** Options of an agent, as for `Agent` of `node:http`. */
export interface ServiceAgentOptions extends GivenOf<typeof agentOptions> {}

export type ResolvedAgentOptions = ResolvedOf<typeof agentOptions>;

/** Options of Node that say where to connect to, which is the service's. */
export const OURS = ['host', 'port', 'path', 'socket', 'lookup', 'family', 'localAddress'] as const;

/** Options of an agent, and of TLS for a service without TLS of its own. */
export interface SecureServiceAgentOptions
  extends
    ServiceAgentOptions,
    Omit<ConnectionOptions, (typeof OURS)[number] | keyof ServiceAgentOptions> {}
