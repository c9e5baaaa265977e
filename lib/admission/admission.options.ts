import type { IncomingHttpHeaders } from 'node:http';

import { DAY_MS } from '../common/clock.ts';
import { outOfRange, wrongOption } from '../common/errors/wrong-use.ts';
import { addressList } from '../common/http/address-list.ts';
import { wrongType } from '../common/options/checks.ts';
import { featureOptions } from '../common/options/feature-options.ts';
import { type Kind, option, optional, required } from '../common/options/kind.ts';
import {
  fraction,
  func,
  headerName,
  listOf,
  orFalse,
  text,
  textLike,
  whole,
} from '../common/options/kinds.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';
import { GradientLimiter } from './gradient-limiter.ts';
import { GuardedLimiter } from './guarded-limiter.ts';
import { FixedLimiter, type LimiterFactory } from './limiter.ts';

/** The request as your functions see it; its body has not been read. */
export interface AdmissionRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** Peer of the connection; behind a proxy, the proxy's address. */
  readonly remoteAddress: string;
}

type IsTrusted = (request: AdmissionRequest) => boolean;

const count = whole({ min: 1, max: 1_000_000 });

const share = fraction({ min: 0, max: 1 });

export const fixedLimitOptions = optionGroup({
  /** Requests that each group may have in flight. */
  fixed: required(count),
});

/** A limit that stays as set. */
export interface FixedLimitOptions extends GivenOf<typeof fixedLimitOptions> {}

const limiterKind: Kind<'gradient' | FixedLimitOptions | LimiterFactory> = {
  accepts: '`gradient`, `{ fixed: 100 }`, function',
  check(name, given, machine) {
    if (given === 'gradient') return given;
    if (typeof given === 'function') return given as LimiterFactory;
    const isPlain = typeof given === 'object' && given !== null && !Array.isArray(given);
    if (isPlain) return fixedLimitOptions.check(name, given, machine);
    throw wrongType(name, "'gradient', { fixed: 100 } or a function", given);
  },
};

const trustKind: Kind<readonly string[] | IsTrusted> = {
  accepts: 'addresses, subnets; function',
  check(name, given) {
    if (typeof given === 'function') return given as IsTrusted;
    addressList(name, given as readonly string[]);
    return Object.freeze([...(given as readonly string[])]);
  },
};

export const queueOptions = optionGroup({
  /** A shorter expected wait is never a reason to refuse. */
  acceptableWaitMs: option(whole({ min: 1, max: 60_000 }), 100),
  /** Upper bound of any wait. */
  maxWaitMs: option(whole({ min: 1, max: 60_000 }), 500),
  /** Requests that may wait, over all routes. */
  maxQueue: option(whole({ min: 0, max: 1_000_000 }), 1_000),
});

/** Requests that wait for their turn. */
export interface QueueOptions extends GivenOf<typeof queueOptions> {}

export const priorityOptions = optionGroup({
  /** Header in which a trusted caller sets the priority of its request. */
  header: option(headerName, 'x-priority'),
  /**
   * Callers whose header counts: peer addresses and subnets (`10.0.0.0/8`), or a function of the
   * request. If the function throws, the caller is not trusted. Without it no header counts.
   */
  trust: optional(trustKind),
});

/** Who may set the priority of a request. */
export interface PriorityOptions extends GivenOf<typeof priorityOptions> {}

export const quotaOptions = optionGroup({
  /** Requests that one caller may have in flight. */
  maxInFlight: required(count),
  /** Identifies the caller; returns undefined, or throws, to exempt the request. */
  keyOf: required(func<(request: AdmissionRequest) => string | undefined>()),
});

/** Limit of requests in flight per caller. */
export interface QuotaOptions extends GivenOf<typeof quotaOptions> {}

export const bypassOptions = optionGroup({
  /** Paths of routes that skip admission, as CORS preflights of browsers do. */
  paths: option(listOf(textLike(/^[/*]/, 'the path of a route, like /livez'), 'a list of paths'), [
    '/livez',
    '/readyz',
    '/healthz',
    '/health',
    '/metrics',
  ]),
  /** Requests that may be in flight per path; more are refused. */
  maxInFlight: option(count, 16),
});

/** Which requests skip admission. */
export interface BypassOptions extends GivenOf<typeof bypassOptions> {}

export const bodyOptions = optionGroup({
  /** Minimum mean rate of a body after the grace; 408 below it. */
  minBytesPerSecond: option(count, 500),
  /** Receiving time before the rate counts. */
  graceMs: option(whole({ min: 0, max: 3_600_000 }), 20_000),
  /** Bodies received at once per worker; beyond that the slowest gets 408. */
  maxBodies: option(count, 1_000),
});

/** Bounds on bodies being received; these take no place of their route. */
export interface BodyOptions extends GivenOf<typeof bodyOptions> {}

export const memoryOptions = optionGroup({
  /** Fraction of the memory limit from which keep-alive stops. */
  stopKeepAliveAt: option(share, 0.92),
  /** Fraction of the memory limit from which every request is refused. */
  refuseAt: option(share, 0.95),
  /** RSS limit to which the fractions apply too, besides the limit of the old generation. */
  maxRssBytes: optional(whole({ min: 1, max: Number.MAX_SAFE_INTEGER })),
});

/** Memory thresholds above which admission refuses. */
export interface MemoryOptions extends GivenOf<typeof memoryOptions> {}

export const retryAfterOptions = optionGroup(
  {
    /** Shortest `Retry-After`; the header has whole seconds, rounded up. */
    minMs: option(whole({ min: 0, max: DAY_MS }), 1_000),
    /** Longest `Retry-After`; each is drawn from the range, so that clients come back in turn. */
    maxMs: option(whole({ min: 0, max: DAY_MS }), 3_000),
  },
  (name, { minMs, maxMs }) => {
    if (maxMs >= minMs) return;
    throw outOfRange(
      `${name}.maxMs must be at least ${name}.minMs, which is ${minMs}. Received ${maxMs}.`,
    );
  },
);

/** Range of `Retry-After` in refusals. */
export interface RetryAfterOptions extends GivenOf<typeof retryAfterOptions> {}

export const admissionOptions = optionGroup({
  /**
   * Limit of requests in flight per group: `gradient` adapts to latency, `fixed` stays as set, a
   * function returns a limiter of your own: `() => new GradientLimiter({ max: 50 })`.
   */
  limiter: option(limiterKind, 'gradient'),
  /**
   * Shortest turn of the event loop that counts as lag, for which requests are refused; `false`:
   * refuse none for lag.
   */
  lagTargetMs: option(orFalse(whole({ min: 1, max: 10_000 }), undefined), 20),
  /** Time per turn of the event loop for admitting new requests. */
  turnMs: option(whole({ min: 1, max: 1_000 }), 10),
  queue: option(queueOptions, {}),
  priority: option(priorityOptions, {}),
  /** Quota of each caller; `false`: none. */
  quota: option(orFalse(quotaOptions, undefined), false),
  bypass: option(bypassOptions, {}),
  /** Bounds on bodies being received; `false`: none. */
  body: option(orFalse(bodyOptions, undefined), {}),
  /** Refusals for lack of memory; `false`: none. */
  memory: option(orFalse(memoryOptions, undefined), {}),
  retryAfter: option(retryAfterOptions, {}),
});

export const admissionRouteOptions = optionGroup(
  {
    /** Group whose limit and queue the route shares; without it the route is a group of its own. */
    group: optional(text),
    /** Fixed limit of requests in flight; without it that of the module's limiter. */
    limit: optional(count),
  },
  (name, { group, limit }) => {
    if (group !== undefined || limit !== undefined) return;
    throw wrongOption(`${name} changes nothing without options: give group, limit or both.`);
  },
);

/** Options of `@Admission`. */
export interface AdmissionRouteOptions extends GivenOf<typeof admissionRouteOptions> {}

/** Options of `AdmissionModule`. */
export interface AdmissionModuleOptions extends GivenOf<typeof admissionOptions> {}

export interface ResolvedAdmissionOptions extends Omit<
  ResolvedOf<typeof admissionOptions>,
  'limiter' | 'priority' | 'bypass'
> {
  readonly limiter: LimiterFactory;
  /** Undefined if no caller is trusted. */
  readonly priority: { readonly header: string; readonly isTrusted: IsTrusted } | undefined;
  readonly bypass: { readonly paths: ReadonlySet<string>; readonly maxInFlight: number };
}

export const ADMISSION_OPTIONS = featureOptions(
  'admission',
  admissionOptions,
  ({ limiter, priority, bypass, ...rest }): ResolvedAdmissionOptions =>
    Object.freeze({
      ...rest,
      limiter: factoryOf(limiter),
      priority: trustOf(priority),
      bypass: { ...bypass, paths: new Set(bypass.paths) },
    }),
);

function factoryOf(limiter: ResolvedOf<typeof admissionOptions>['limiter']): LimiterFactory {
  if (limiter === 'gradient') return () => new GradientLimiter();
  if (typeof limiter !== 'function') return () => new FixedLimiter(limiter.fixed);
  return (group) => new GuardedLimiter(group, limiter(group));
}

function trustOf({
  header,
  trust,
}: ResolvedOf<typeof priorityOptions>): ResolvedAdmissionOptions['priority'] {
  if (trust === undefined) return undefined;
  if (typeof trust === 'function') return { header, isTrusted: trust };
  const isTrustedAddress = addressList('admission.priority.trust', trust);
  return { header, isTrusted: ({ remoteAddress }) => isTrustedAddress(remoteAddress) };
}
