import type { ConnectionOptions } from 'node:tls';

import { DAY_MS } from '../common/clock.ts';
import {
  booleanOption,
  deepFreeze,
  type NumberBounds,
  numberOptions,
  objectOption,
  stringOption,
  wrongType,
} from '../common/options/checks.ts';
import { wrongOption } from '../common/wrong-use.ts';
import { type Address, resolveTiers } from './address.ts';
import type { ServiceOptions } from './connections.options.ts';
import type { Propagation } from './dialer.ts';

type Numbers<K extends string> = { readonly [name in K]: number };

/** Resolved settings of one service. */
export interface ServiceSettings {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly tiers: readonly (readonly Address[])[];
  readonly limits: Numbers<'maxConnections'>;
  readonly timeouts: Numbers<keyof typeof TIMEOUTS>;
  readonly tls: Readonly<ConnectionOptions> | undefined;
  readonly retry: Numbers<keyof typeof RETRY>;
  readonly health: Numbers<keyof typeof HEALTH> & { readonly silenceCounts: boolean };
  readonly pool: Numbers<keyof typeof POOL>;
  readonly propagate: Propagation;
  readonly throttle: boolean;
}

const HOUR_MS = 3_600_000;
const phase = (value: number): NumberBounds => [value, { min: 1, max: HOUR_MS }];
const limit = (value: number): NumberBounds => [value, { min: 0, max: HOUR_MS }];
const count = (value: number): NumberBounds => [value, { min: 1, max: 1_000_000 }];

const TIMEOUTS = {
  waitMs: phase(1_000),
  dnsMs: phase(2_000),
  tcpMs: phase(3_000),
  tlsMs: phase(3_000),
  firstByteMs: limit(0),
  readMs: limit(30_000),
  connectMs: phase(10_000),
} as const;

const RETRY = {
  retries: [1, { min: 0, max: 10 }],
  budgetFraction: [0.2, { min: 0, max: 1, isFraction: true }],
  budgetPerSecond: [10, { min: 0, max: 10_000, isFraction: true }],
  staggerMs: phase(300),
} as const;

const HEALTH = {
  failures: count(5),
  downMs: phase(10_000),
  maxDownMs: phase(300_000),
  panicBelow: [0.5, { min: 0, max: 1, isFraction: true }],
} as const;

const POOL = {
  maxIdle: [50, { min: 0, max: 100_000 }],
  idleMs: phase(4_000),
  lifetimeMs: [1_800_000, { min: 1, max: DAY_MS }],
} as const;

const LIMITS = { maxConnections: count(100) } as const;

const SETTINGS = [
  'tiers',
  'aliases',
  'limits',
  'timeouts',
  'tls',
  'retry',
  'health',
  'pool',
  'propagate',
  'throttle',
] as const;

const NAME = /^[\w.-]{1,100}$/;

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveService(name: string, options: ServiceOptions): ServiceSettings {
  const option = `connections.services.${serviceName(name)}`;
  const service = objectOption(option, options, SETTINGS);
  const { tiers, aliases = [], tls = false, propagate = {}, throttle = true } = service;
  const settings = {
    name,
    aliases: namesOption(`${option}.aliases`, aliases),
    tiers: resolveTiers(`${option}.tiers`, tiers),
    limits: numberOptions(`${option}.limits`, service.limits, LIMITS),
    timeouts: numberOptions(`${option}.timeouts`, service.timeouts, TIMEOUTS),
    retry: numberOptions(`${option}.retry`, service.retry, RETRY),
    health: healthOption(`${option}.health`, service.health),
    pool: numberOptions(`${option}.pool`, service.pool, POOL),
    propagate: propagation(`${option}.propagate`, propagate),
    throttle: booleanOption(`${option}.throttle`, throttle),
  };
  if (settings.health.silenceCounts && settings.timeouts.firstByteMs === 0) {
    throw wrongOption(`${option}.health.silenceCounts needs ${option}.timeouts.firstByteMs.`);
  }
  // `tls` is frozen shallowly: it may hold objects of Node.
  return Object.freeze({ ...deepFreeze(settings), tls: tlsOption(`${option}.tls`, tls) });
}

function serviceName(name: string): string {
  if (NAME.test(name)) return name;
  throw wrongType('connections.services', 'by names of letters, digits, "-", "_" and "."', name);
}

function namesOption(option: string, value: ServiceOptions['aliases']): string[] {
  const list: unknown = typeof value === 'string' ? value.split(',') : value;
  if (!Array.isArray(list)) throw wrongType(option, 'a list of names', value);
  return list.map((one, index) => serviceName(stringOption(`${option}[${index}]`, one).trim()));
}

function healthOption(
  option: string,
  given: NonNullable<ServiceOptions['health']> = {},
): ServiceSettings['health'] {
  const names = [...(Object.keys(HEALTH) as (keyof typeof HEALTH)[]), 'silenceCounts'] as const;
  const { silenceCounts = false, ...values } = objectOption(option, given, names);
  return {
    ...numberOptions(option, values, HEALTH),
    silenceCounts: booleanOption(`${option}.silenceCounts`, silenceCounts),
  };
}

function propagation(option: string, value: NonNullable<ServiceOptions['propagate']>): Propagation {
  const { trace = false, remainingTime = false } = objectOption(option, value, [
    'trace',
    'remainingTime',
  ]);
  return {
    trace: booleanOption(`${option}.trace`, trace),
    remainingTime:
      typeof remainingTime === 'boolean'
        ? remainingTime
        : stringOption(`${option}.remainingTime`, remainingTime).toLowerCase(),
  };
}

function tlsOption(option: string, value: unknown): Readonly<ConnectionOptions> | undefined {
  if (value === false) return undefined;
  if (value === true) return Object.freeze({});
  if (typeof value !== 'object' || value === null) {
    throw wrongType(option, 'true, false or options as for tls.connect', value);
  }
  return Object.freeze({ ...value });
}
