import { Socket } from 'node:net';

import { AbstractConnector, type RedisOptions } from 'ioredis';

import type { Dialer } from '../dialer.ts';

/**
 * `Connector` for `ioredis`: in place of host, port and Sentinel. TLS is the service's: leave the
 * client's `tls` out.
 *
 * @example
 * new Redis({ Connector: redisConnector(connections, 'cache') });
 */
export function redisConnector(
  dialer: Dialer,
  service: string,
): NonNullable<RedisOptions['Connector']> {
  return class ServiceConnector extends AbstractConnector {
    #abort: AbortController | undefined;

    constructor(options: unknown) {
      super((options as { disconnectTimeout: number }).disconnectTimeout);
    }

    override async connect(): Promise<Socket> {
      const { signal } = (this.#abort = new AbortController());
      try {
        this.stream = await dialer.connect(service, { signal });
      } catch (error) {
        // A rejection would be the end for ioredis; a socket that failed is tried again.
        this.firstError = error as Error;
        this.stream = new Socket().destroy();
      }
      return this.stream;
    }

    override disconnect(): void {
      this.#abort?.abort();
      super.disconnect();
    }
  };
}
