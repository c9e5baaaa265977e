import { DAY_MS } from '../common/clock.ts';
import { descriptorLimit } from '../common/descriptor-limit.ts';
import { integerOption, objectOption, stringOption, wrongType } from '../common/options/checks.ts';
import type { DnsOptions, SocketOptions } from './connections.options.ts';
import type { NameResolver } from './name-resolver.ts';

/** Resolved settings that all services of the process share. */
export interface ProcessSettings {
  readonly dns: {
    readonly servers: readonly string[] | undefined;
    readonly minTtlMs: number;
    readonly maxTtlMs: number;
    readonly defaultTtlMs: number;
    readonly staleMs: number;
    readonly resolver: NameResolver | undefined;
  };
  readonly sockets: {
    readonly max: number;
    readonly maxWaiting: number;
    /** `Infinity`: leaks are not detected. */
    readonly leakAfterMs: number;
    readonly closeTimeoutMs: number;
  };
}

/** Share of the descriptor limit that connections to services may take. */
const DESCRIPTOR_SHARE = 0.8;

/** @throws TypeError or RangeError naming the option that is wrong */
export function resolveProcessSettings({
  dns = {},
  sockets = {},
}: {
  dns?: DnsOptions;
  sockets?: SocketOptions;
}): ProcessSettings {
  return Object.freeze({ dns: dnsOption(dns), sockets: socketsOption(sockets) });
}

function dnsOption(dns: DnsOptions): ProcessSettings['dns'] {
  const {
    servers,
    minTtlMs = 1_000,
    maxTtlMs = 60_000,
    defaultTtlMs = 10_000,
    staleMs = 3_600_000,
    resolver,
  } = objectOption('connections.dns', dns, [
    'servers',
    'minTtlMs',
    'maxTtlMs',
    'defaultTtlMs',
    'staleMs',
    'resolver',
  ]);
  const min = integerOption('connections.dns.minTtlMs', minTtlMs, { min: 1, max: DAY_MS });
  const range = { min: 1, max: DAY_MS };
  return Object.freeze({
    servers: serversOption(servers),
    minTtlMs: min,
    maxTtlMs: integerOption('connections.dns.maxTtlMs', maxTtlMs, { min, max: DAY_MS }),
    defaultTtlMs: integerOption('connections.dns.defaultTtlMs', defaultTtlMs, range),
    staleMs: integerOption('connections.dns.staleMs', staleMs, { min: 0, max: DAY_MS }),
    resolver,
  });
}

function serversOption(servers: DnsOptions['servers']): readonly string[] | undefined {
  if (servers === undefined) return undefined;
  const list: unknown = servers;
  if (!Array.isArray(list) || list.length === 0) {
    throw wrongType('connections.dns.servers', 'a list of servers', servers);
  }
  return list.map((one, index) => stringOption(`connections.dns.servers[${index}]`, one));
}

function socketsOption(sockets: SocketOptions): ProcessSettings['sockets'] {
  const {
    max = Math.floor(descriptorLimit() * DESCRIPTOR_SHARE),
    maxWaiting = 1_000,
    leakAfterMs = process.env['NODE_ENV'] === 'production' ? false : 60_000,
    closeTimeoutMs = 5_000,
  } = objectOption('connections.sockets', sockets, [
    'max',
    'maxWaiting',
    'leakAfterMs',
    'closeTimeoutMs',
  ]);
  const counts = { min: 1, max: 1_000_000 };
  const times = { min: 1, max: DAY_MS };
  return Object.freeze({
    max: integerOption('connections.sockets.max', max, counts),
    maxWaiting: integerOption('connections.sockets.maxWaiting', maxWaiting, { ...counts, min: 0 }),
    leakAfterMs:
      leakAfterMs === false
        ? Infinity
        : integerOption('connections.sockets.leakAfterMs', leakAfterMs, times),
    closeTimeoutMs: integerOption('connections.sockets.closeTimeoutMs', closeTimeoutMs, {
      ...times,
      min: 0,
    }),
  });
}
