import type { ConnectionOptions } from 'node:tls';

import { DAY_MS } from '../../common/clock.ts';
import { outOfRange, wrongOption } from '../../common/errors/wrong-use.ts';
import { wrongType } from '../../common/options/checks.ts';
import { type Kind, option } from '../../common/options/kind.ts';
import {
  either,
  flag,
  fraction,
  headerName,
  listOf,
  textLike,
  whole,
} from '../../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../../common/options/option-group.ts';
import { tierList } from './address.options.ts';
import { orText, separated } from './text-forms.ts';

const HOUR_MS = 3_600_000;

/** Time limit of a step. */
const limit = whole({ min: 1, max: HOUR_MS });

/** Time limit that 0 turns off. */
const limitOrNone = whole({ min: 0, max: HOUR_MS });

const count = whole({ min: 1, max: 1_000_000 });

export const timeoutOptions = optionGroup({
  /** Wait for a free socket; then `..._OUT_OF_SOCKETS`. */
  waitMs: option(limit, 1_000),
  /** Name resolution; then an earlier answer serves, else `..._DNS`. */
  dnsMs: option(limit, 2_000),
  /** TCP connect to one address; then `..._CONNECT_TIMEOUT`. */
  tcpMs: option(limit, 3_000),
  /** TLS handshake; then `..._TLS`. */
  tlsMs: option(limit, 3_000),
  /** First byte received, once a byte was sent; then `..._READ_TIMEOUT`. 0: no limit. */
  firstByteMs: option(limitOrNone, 0),
  /** Silence on a leased connection; then it is destroyed: `..._READ_TIMEOUT`. 0: no limit. */
  readMs: option(limitOrNone, 30_000),
  /** A connection in total: wait, name, TCP and TLS, over all addresses; then `..._DEADLINE`. */
  connectMs: option(limit, 10_000),
});

/** Time limits of a service, each cut to the request's remaining time. */
export interface TimeoutOptions extends GivenOf<typeof timeoutOptions> {}

export const retryOptions = optionGroup({
  /** Retries of idempotent work. */
  retries: option(whole({ min: 0, max: 10 }), 1),
  /** Retries and hedges per request, on average. */
  budgetFraction: option(fraction({ min: 0, max: 1 }), 0.2),
  /** Retries and hedges per second that are always allowed. */
  budgetPerSecond: option(fraction({ min: 0, max: 10_000 }), 10),
  /** Delay before the next address is tried beside one that still connects. */
  staggerMs: option(limit, 300),
});

/** Retries of a service, and their budget. */
export interface RetryOptions extends GivenOf<typeof retryOptions> {}

export const healthCheckOptions = optionGroup(
  {
    /** Consecutive failures that mark an address down. */
    failures: option(count, 5),
    /** First time down, give or take 20 %; doubled each further time. */
    downMs: option(limit, 10_000),
    /** Longest time down. */
    maxDownMs: option(limit, 300_000),
    /** Marks are ignored when less than this fraction of a tier is up; 0: never. */
    panicBelow: option(fraction({ min: 0, max: 1 }), 0.5),
    /**
     * Whether an address has failed when it connects but sends no first byte within
     * `timeouts.firstByteMs`, which must be set. Leave it off where a slow first answer may be due
     * to the query. Where the server speaks first (MySQL, SMTP, NATS), a missing greeting always
     * counts.
     */
    silenceCounts: option(flag, false),
  },
  (name, { downMs, maxDownMs }) => {
    if (downMs <= maxDownMs) return;
    throw outOfRange(
      `${name}.maxDownMs must be at least ${name}.downMs. Received ${maxDownMs} and ${downMs}.`,
    );
  },
);

/** When an address counts as down. */
export interface HealthCheckOptions extends GivenOf<typeof healthCheckOptions> {}

export const poolOptions = optionGroup({
  /** Idle connections per address. */
  maxIdle: option(whole({ min: 0, max: 100_000 }), 50),
  /** Longest time idle before a connection is closed. */
  idleMs: option(limit, 4_000),
  /** Longest age of a pooled connection, give or take 10 %. */
  lifetimeMs: option(whole({ min: 1, max: DAY_MS }), 1_800_000),
});

/** Idle connections that a service keeps. */
export interface PoolOptions extends GivenOf<typeof poolOptions> {}

export const propagateOptions = optionGroup({
  /** Whether to send `traceparent`, `tracestate` and `baggage`. */
  trace: option(flag, false),
  /**
   * Header for the remaining time; `true`: the one of the option `context.deadline.header`, or
   * `x-request-timeout-ms` where that is `false`. `false`: not sent.
   */
  remainingTime: option(
    either(flag, (given) => typeof given === 'boolean', headerName),
    false,
  ),
});

/** What calls to a service pass on of the request. */
export interface PropagateOptions extends GivenOf<typeof propagateOptions> {}

const NAME = /^[\w.-]{1,100}$/;
const NAME_TEXT = 'letters, digits, "-", "_" and "."';

/** @throws TypeError for a service whose name environment variables or pages could not show */
export function checkServiceName(name: string, key: string): void {
  if (!NAME.test(key)) throw wrongType(name, `by names of ${NAME_TEXT}`, key);
}

/** Frozen shallowly: it may hold objects of Node. Its values may be secret, so only keys show. */
const tls: Kind<boolean | ConnectionOptions, Readonly<ConnectionOptions> | undefined> = {
  accepts: '`true`, `false`, options of `tls.connect`',
  check(name, given) {
    if (given === false) return undefined;
    if (given === true) return Object.freeze({});
    if (typeof given === 'object' && given !== null && !Array.isArray(given)) {
      return Object.freeze({ ...given });
    }
    throw wrongType(name, 'true, false or options as for tls.connect', given);
  },
  show: (value) => value !== undefined && Object.keys(value),
};

// The names of groups' types keep the descriptions of their options in declaration files.
export const serviceOptions = optionGroup(
  {
    /**
     * Addresses by tier, later ones as fallback. As text: `;` separates tiers, `,` addresses.
     * Required, here, in the file or in the environment.
     */
    tiers: option(tierList, []),
    /** Other names of the service; as text, separated by `,`. */
    aliases: option(
      orText(listOf(textLike(NAME, `a name of ${NAME_TEXT}`), 'a list of names'), (given) =>
        separated(given, ','),
      ),
      [],
    ),
    /** Connections per address, from all clients in the process. */
    maxConnections: option(count, 100),
    timeouts: option(timeoutOptions, {}),
    /** TLS, optionally with options as for `tls.connect`. */
    tls: option(tls, false),
    retry: option(retryOptions, {}),
    health: option(healthCheckOptions, {}),
    pool: option(poolOptions, {}),
    propagate: option(propagateOptions, {}),
    /** Whether to shed requests to a service that refuses most of them. */
    throttle: option(flag, true),
  },
  (name, { health, timeouts }) => {
    if (!health.silenceCounts || timeouts.firstByteMs > 0) return;
    throw wrongOption(`${name}.health.silenceCounts needs ${name}.timeouts.firstByteMs.`);
  },
);

/** Settings of one service. */
export interface ServiceOptions extends GivenOf<typeof serviceOptions> {}

const { tiers: _tiers, aliases: _aliases, ...inheritable } = serviceOptions.table;

/** Options that a service inherits unless it sets them. */
export const serviceDefaults = optionGroup(inheritable);

/** Settings that each service inherits. */
export interface ServiceDefaults extends GivenOf<typeof serviceDefaults> {}

/** Resolved settings of one service. */
export interface ServiceSettings extends ResolvedOf<typeof serviceOptions> {
  readonly name: string;
}
