import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { AbstractConnector, type RedisOptions } from 'ioredis';

import { wrongOption } from '../../common/errors/wrong-use.ts';
import type { Dialer } from '../dialer.ts';
import { connectForAll } from './connect-for.ts';
import { LazySocket } from './lazy-socket.ts';

/**
 * Creates a `Connector` for `ioredis`, in place of host, port and Sentinel. TLS is the service's:
 * leave out the client's `tls`.
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
      const { disconnectTimeout, tls } = options as { disconnectTimeout: number; tls?: unknown };
      // `rediss:` asks for TLS, without options that would be lost.
      const isMet = tls === true && dialer.describe(service).tls !== undefined;
      if (tls && !isMet) throw tlsOfClient(service);
      super(disconnectTimeout);
    }

    override async connect(): Promise<Socket> {
      const { signal } = (this.#abort = new AbortController());
      try {
        this.stream = await connectForAll(dialer, service, { signal });
      } catch (error) {
        // ioredis gives up after a rejection, but reconnects after a socket that fails.
        this.firstError = error as Error;
        this.stream = failing(error as Error);
      }
      return this.stream;
    }

    override disconnect(): void {
      this.#abort?.abort();
      super.disconnect();
    }
  };
}

/** Without it, a client that was given `tls` might send its password in the clear. */
function tlsOfClient(service: string): TypeError {
  return wrongOption(
    `redisConnector takes TLS from the service: set tls of "${service}", and leave out the ` +
      'tls of the client, which a rediss: URL sets, too.',
  );
}

/** Returns a socket that fails once ioredis listens, outside any request, where it then retries. */
function failing(error: Error): LazySocket {
  return new LazySocket(async () => {
    await nextTurn();
    throw error;
  }).connect();
}
