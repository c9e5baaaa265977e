import type { ConnectionOptions } from 'node:tls';

import type { ProcessSettings } from './process-settings.ts';
import type { ServiceSettings } from './service-settings.ts';

/** What a manager in a thread is made of: plain data. */
export interface ConnectionsShare {
  readonly process: ProcessSettings;
  readonly services: readonly ServiceSettings[];
}

/**
 * The settings for each of so many threads. Sockets of the process are divided by the threads and
 * the main thread, those of an address by the threads. What can not be copied (functions, objects
 * of OpenSSL) stays behind.
 */
export function shareOf(
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
      limits: { maxConnections: partOf(service.limits.maxConnections, threads) },
      pool: { ...service.pool, maxIdle: partOf(service.pool.maxIdle, threads) },
    })),
  };
}

/** One at least: a thread without a connection could do nothing. */
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
