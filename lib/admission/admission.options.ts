import type { IncomingHttpHeaders } from 'node:http';

import { addressList } from '../common/address-list.ts';
import {
  integerOption,
  numberOptions,
  numberOption,
  objectOption,
  stringOption,
  wrongType,
} from '../common/options/checks.ts';
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

export interface QueueOptions {
  /**
   * A shorter expected wait is never a reason to refuse.
   * @default 100
   */
  acceptableWaitMs?: number;
  /** Upper bound of any wait. @default 500 */
  maxWaitMs?: number;
  /** Requests that may wait, over all routes. @default 1_000 */
  maxLength?: number;
}

export interface PriorityOptions {
  /** Header in which a trusted caller sets the priority of its request. @default 'x-priority' */
  header?: string;
  /**
   * Callers whose header counts: peer addresses and subnets (`10.0.0.0/8`), or a function. If the
   * function throws, the caller is not trusted.
   * @default nobody
   */
  trust?: readonly string[] | ((request: AdmissionRequest) => boolean);
}

export interface QuotaOptions {
  /** Requests that one caller may have in flight. */
  maxInFlight: number;
  /** Identifies the caller; returns undefined, or throws, to exempt the request. */
  keyOf: (request: AdmissionRequest) => string | undefined;
}

export interface BypassOptions {
  /** Paths that skip admission. @default the usual names of probes, and `/metrics` */
  paths?: readonly string[];
  /** Requests that may be in flight per path; more are refused. @default 16 */
  maxInFlight?: number;
}

/** Bounds on bodies being received; these take no place of their route. */
export interface BodyOptions {
  /** Minimum mean rate of a body after the grace; 408 below it. @default 500 */
  minBytesPerSecond?: number;
  /** Receiving time before the rate counts. @default 20_000 */
  graceMs?: number;
  /** Bodies received at once per worker; beyond that the slowest gets 408. @default 1_000 */
  maxReading?: number;
}

export interface MemoryOptions {
  /** Fraction of the memory limit from which keep-alive stops. @default 0.92 */
  stopKeepAliveAt?: number;
  /** Fraction of the memory limit from which every request is refused. @default 0.95 */
  refuseAt?: number;
  /** RSS limit to which the fractions apply too, besides the heap limit. @default none */
  maxRssBytes?: number;
}

export interface AdmissionModuleOptions {
  /**
   * Limit of requests in flight per group: `gradient` adapts to latency, `fixed` uses `limit`, a
   * factory returns your own.
   * @default 'gradient'
   */
  limiter?: 'gradient' | 'fixed' | LimiterFactory;
  /** Limit of each group with `fixed`. @default 100 */
  limit?: number;
  /** Refuses while the event loop lags; `targetMs`: minimum target of a turn. @default 20 */
  lag?: { targetMs?: number } | false;
  queue?: QueueOptions;
  /** Time per event loop turn for admitting new requests. @default 10 */
  turnMs?: number;
  priority?: PriorityOptions;
  /** @default none */
  quota?: QuotaOptions | false;
  bypass?: BypassOptions;
  /** Bounds on bodies being received; `false`: none. */
  body?: BodyOptions | false;
  memory?: MemoryOptions | false;
  /** Range from which `Retry-After` is drawn. @default 1 to 3 */
  retryAfter?: { minSeconds?: number; maxSeconds?: number };
}

export interface ResolvedAdmissionOptions {
  readonly limiter: LimiterFactory;
  readonly lagTargetMs: number | undefined;
  readonly acceptableWaitMs: number;
  readonly maxWaitMs: number;
  readonly maxWaiting: number;
  readonly turnMs: number;
  readonly priorityHeader: string;
  readonly isTrusted: ((request: AdmissionRequest) => boolean) | undefined;
  readonly quota: QuotaOptions | undefined;
  readonly bypass: { readonly paths: ReadonlySet<string>; readonly maxInFlight: number };
  readonly body: Readonly<Required<BodyOptions>> | undefined;
  readonly memory:
    | (Required<Omit<MemoryOptions, 'maxRssBytes'>> & { maxRssBytes: number })
    | undefined;
  readonly retryAfter: { readonly minSeconds: number; readonly maxSeconds: number };
}

const BYPASS_PATHS = ['/livez', '/readyz', '/healthz', '/health', '/metrics'];

const MAX_COUNT = 1_000_000;

const KNOWN = [
  'limiter',
  'limit',
  'lag',
  'queue',
  'turnMs',
  'priority',
  'quota',
  'bypass',
  'body',
  'memory',
  'retryAfter',
] as const;

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveAdmissionOptions(
  options: AdmissionModuleOptions = {},
): ResolvedAdmissionOptions {
  const { queue = {}, turnMs = 10, quota = false } = objectOption('admission', options, KNOWN);
  const {
    acceptableWaitMs = 100,
    maxWaitMs = 500,
    maxLength = 1_000,
  } = objectOption('admission.queue', queue, ['acceptableWaitMs', 'maxWaitMs', 'maxLength']);
  return Object.freeze({
    limiter: limiterOption(options),
    lagTargetMs: lagOption(options),
    acceptableWaitMs: integerOption('admission.queue.acceptableWaitMs', acceptableWaitMs, {
      min: 1,
      max: 60_000,
    }),
    maxWaitMs: integerOption('admission.queue.maxWaitMs', maxWaitMs, { min: 1, max: 60_000 }),
    maxWaiting: integerOption('admission.queue.maxLength', maxLength, { min: 0, max: MAX_COUNT }),
    turnMs: integerOption('admission.turnMs', turnMs, { min: 1, max: 1_000 }),
    ...priorityOption(options),
    quota: quota === false ? undefined : quotaOption(quota),
    bypass: bypassOption(options),
    body: bodyOption(options),
    memory: memoryOption(options),
    retryAfter: retryAfterOption(options),
  });
}

function limiterOption({
  limiter = 'gradient',
  limit = 100,
}: AdmissionModuleOptions): LimiterFactory {
  if (typeof limiter === 'function') {
    return (group) => new GuardedLimiter(group, limiter(group));
  }
  const fixed = integerOption('admission.limit', limit, { min: 1, max: MAX_COUNT });
  if (limiter === 'fixed') return () => new FixedLimiter(fixed);
  if (limiter === 'gradient') return () => new GradientLimiter();
  throw wrongType('admission.limiter', '"gradient", "fixed" or a function', limiter);
}

function lagOption({ lag = {} }: AdmissionModuleOptions): number | undefined {
  if (lag === false) return undefined;
  const { targetMs = 20 } = objectOption('admission.lag', lag, ['targetMs']);
  return integerOption('admission.lag.targetMs', targetMs, { min: 1, max: 10_000 });
}

function priorityOption({
  priority = {},
}: AdmissionModuleOptions): Pick<ResolvedAdmissionOptions, 'priorityHeader' | 'isTrusted'> {
  const { header = 'x-priority', trust } = objectOption('admission.priority', priority, [
    'header',
    'trust',
  ]);
  const priorityHeader = stringOption('admission.priority.header', header).toLowerCase();
  if (trust === undefined) return { priorityHeader, isTrusted: undefined };
  if (typeof trust === 'function') return { priorityHeader, isTrusted: trust };
  const isTrustedAddress = addressList('admission.priority.trust', trust);
  return { priorityHeader, isTrusted: ({ remoteAddress }) => isTrustedAddress(remoteAddress) };
}

function quotaOption(quota: QuotaOptions): QuotaOptions {
  const { maxInFlight, keyOf } = objectOption('admission.quota', quota, ['maxInFlight', 'keyOf']);
  if (typeof keyOf !== 'function') throw wrongType('admission.quota.keyOf', 'a function', keyOf);
  const range = { min: 1, max: MAX_COUNT };
  return { maxInFlight: integerOption('admission.quota.maxInFlight', maxInFlight, range), keyOf };
}

function bypassOption({ bypass = {} }: AdmissionModuleOptions): ResolvedAdmissionOptions['bypass'] {
  const { paths = BYPASS_PATHS, maxInFlight = 16 } = objectOption('admission.bypass', bypass, [
    'paths',
    'maxInFlight',
  ]);
  if (!Array.isArray(paths)) throw wrongType('admission.bypass.paths', 'a list of paths', paths);
  const known = paths.map((path, index) => stringOption(`admission.bypass.paths[${index}]`, path));
  const range = { min: 1, max: MAX_COUNT };
  return {
    paths: new Set(known),
    maxInFlight: integerOption('admission.bypass.maxInFlight', maxInFlight, range),
  };
}

function bodyOption({ body = {} }: AdmissionModuleOptions): ResolvedAdmissionOptions['body'] {
  if (body === false) return undefined;
  return numberOptions('admission.body', body, {
    minBytesPerSecond: [500, { min: 1, max: MAX_COUNT }],
    graceMs: [20_000, { min: 0, max: 3_600_000 }],
    maxReading: [1_000, { min: 1, max: MAX_COUNT }],
  });
}

function memoryOption({ memory = {} }: AdmissionModuleOptions): ResolvedAdmissionOptions['memory'] {
  if (memory === false) return undefined;
  const {
    stopKeepAliveAt = 0.92,
    refuseAt = 0.95,
    maxRssBytes,
  } = objectOption('admission.memory', memory, ['stopKeepAliveAt', 'refuseAt', 'maxRssBytes']);
  const fraction = { min: 0, max: 1 };
  return {
    stopKeepAliveAt: numberOption('admission.memory.stopKeepAliveAt', stopKeepAliveAt, fraction),
    refuseAt: numberOption('admission.memory.refuseAt', refuseAt, fraction),
    maxRssBytes:
      maxRssBytes === undefined
        ? Infinity
        : integerOption('admission.memory.maxRssBytes', maxRssBytes, {
            min: 1,
            max: Number.MAX_SAFE_INTEGER,
          }),
  };
}

function retryAfterOption({
  retryAfter = {},
}: AdmissionModuleOptions): ResolvedAdmissionOptions['retryAfter'] {
  const { minSeconds = 1, maxSeconds = 3 } = objectOption('admission.retryAfter', retryAfter, [
    'minSeconds',
    'maxSeconds',
  ]);
  const range = { min: 0, max: 86_400 };
  const min = integerOption('admission.retryAfter.minSeconds', minSeconds, range);
  const max = integerOption('admission.retryAfter.maxSeconds', maxSeconds, { ...range, min });
  return { minSeconds: min, maxSeconds: max };
}
