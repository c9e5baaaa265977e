import { DAY_MS } from '../../common/clock.ts';
import { outOfRange } from '../../common/errors/wrong-use.ts';
import { wrongType } from '../../common/options/checks.ts';
import { derived, type Kind, option, optional } from '../../common/options/kind.ts';
import { orFalse, recordOf, text, whole } from '../../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../../common/options/option-group.ts';
import type { NameResolver } from '../name-resolver.ts';
import { checkServiceName, serviceDefaults, serviceOptions } from './service.options.ts';
import { filledListOf, orText, separated } from './text-forms.ts';

const time = whole({ min: 1, max: DAY_MS });
const timeOrNone = whole({ min: 0, max: DAY_MS });

/** Share of the descriptor limit that connections to services may take. */
const DESCRIPTOR_SHARE = 0.8;

const resolver: Kind<NameResolver> = {
  accepts: '`NameResolver`',
  check(name, given) {
    const { addresses, services } = (given ?? {}) as Partial<NameResolver>;
    if (typeof addresses === 'function' && typeof services === 'function') {
      return given as NameResolver;
    }
    throw wrongType(name, 'an object with addresses() and services()', given);
  },
  show: (value: NameResolver | undefined) => (value === undefined ? null : '(code)'),
};

export const dnsOptions = optionGroup(
  {
    /**
     * DNS servers, as `address` or `address:port`; as text, separated by `,`. Without it: the system
     * resolver, with hosts file.
     */
    servers: optional(
      orText(filledListOf(text, 'a list of servers'), (given) => separated(given, ',')),
    ),
    /** Shortest time to live of an answer; also of a failure. */
    minTtlMs: option(time, 1_000),
    /** Longest time to live of an answer. */
    maxTtlMs: option(time, 60_000),
    /** Time to live of answers that come without one, as from the system. */
    defaultTtlMs: option(time, 10_000),
    /** How long an expired answer serves while there is no new one. */
    staleMs: option(timeOrNone, 3_600_000),
    /** Replaces Node's resolver, in the main thread only. */
    resolver: optional(resolver),
  },
  (name, { minTtlMs, maxTtlMs }) => {
    if (minTtlMs <= maxTtlMs) return;
    throw outOfRange(
      `${name}.maxTtlMs must be at least ${name}.minTtlMs. Received ${maxTtlMs} and ${minTtlMs}.`,
    );
  },
);

/** How names are resolved and cached. */
export interface DnsOptions extends GivenOf<typeof dnsOptions> {}

export const socketOptions = optionGroup({
  /** Sockets of this process, over all services. */
  max: option(
    whole({ min: 1, max: 1_000_000 }),
    derived('80 % of the descriptor limit', ({ descriptors }) => {
      return Math.max(1, Math.floor(descriptors * DESCRIPTOR_SHARE));
    }),
  ),
  /** Requests that may wait for a socket, over all services. */
  maxQueue: option(whole({ min: 0, max: 1_000_000 }), 1_000),
  /** Age at which a lease is logged as leaked, with the stack that took it; `false`: never. */
  leakAfterMs: option(
    orFalse(time, Infinity),
    derived('60,000; `false` where NODE_ENV is `production`', ({ isProduction }) => {
      return isProduction ? false : 60_000;
    }),
  ),
  /** How long a closing application waits for leases. */
  closeTimeoutMs: option(timeOrNone, 5_000),
});

/** Limits on sockets of the process, over all services. */
export interface SocketOptions extends GivenOf<typeof socketOptions> {}

const services = recordOf(serviceOptions, checkServiceName);

export const connectionsFeatureOptions = optionGroup({
  /** Services by name: letters, digits, `-`, `_` and `.`. */
  services: option(services, {}),
});

/** Services that one module of the application adds. */
export interface ConnectionsFeatureOptions extends GivenOf<typeof connectionsFeatureOptions> {}

export const connectionsOptions = optionGroup({
  dns: option(dnsOptions, {}),
  sockets: option(socketOptions, {}),
  /** Settings that each service inherits and may override. */
  defaults: option(serviceDefaults, {}),
  /** Services by name: letters, digits, `-`, `_` and `.`. */
  services: option(services, {}),
  /** Path of a JSON file with `services`, `defaults`, `dns` and `sockets`, which override code. */
  file: optional(text),
  /** Prefix of environment variables, which override file and code; `false`: none are read. */
  environment: option(orFalse(text, undefined), 'BUTTRESS_CONNECTIONS_'),
});

/** Options of `ConnectionsModule`. */
export interface ConnectionsModuleOptions extends GivenOf<typeof connectionsOptions> {}

/** Resolved settings that all services of the process share. */
export interface ProcessSettings extends Pick<
  ResolvedOf<typeof connectionsOptions>,
  'dns' | 'sockets'
> {}
