import type { ConnectionOptions } from 'node:tls';

import type { ProcessSettings } from './connections.options.ts';
import type { ServiceSettings } from './service.options.ts';

/** Settings for a thread's manager, as plain data. */
export interface ConnectionsShare {
  readonly process: ProcessSettings;
  readonly services: readonly ServiceSettings[];
}

/**
 * Returns the settings for each of N threads. Divides the sockets of the process by N + 1, for the
 * main thread too, and those of an address by N. Leaves out what cannot be copied: functions and
 * objects of OpenSSL.
 */
export function settingsPerThread(
  process: ProcessSettings,
  services: readonly ServiceSettings[],
  threads: number,
): ConnectionsShare {
  const { dns, sockets } = process;
  const divided = { ...sockets, max: partOf(sockets.max, threads + 1) };
  return {
    process: { dns: { ...dns, resolver: undefined }, sockets: divided },
    services: services.map((service) => ({
      ...service,
      tls: service.tls === undefined ? undefined : copyable(service.tls),
      maxConnections: partOf(service.maxConnections, threads),
      pool: { ...service.pool, maxIdle: partOf(service.pool.maxIdle, threads) },
    })),
  };
}

/** At least one, since a thread without a connection is useless; 0 stays 0. */
function partOf(whole: number, parts: number): number {
  return whole === 0 ? 0 : Math.max(1, Math.floor(whole / Math.max(1, parts)));
}

function copyable(tls: Readonly<ConnectionOptions>): ConnectionOptions {
  const entries = Object.entries(tls).filter(([, value]) => {
    return typeof value !== 'function' && !(isObject(value) && 'context' in value);
  });
  return Object.fromEntries(entries);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
