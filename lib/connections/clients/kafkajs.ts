import { isIP, type Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

import { wrongType } from '../../common/options/checks.ts';
import type { Dialer } from '../dialer.ts';
import { connectForAll } from './connect-for.ts';
import { LazySocket } from './lazy-socket.ts';
import { secure, securedBy } from './secure.ts';

/** Silence before the system sends TCP keep-alive probes. */
const KEEP_ALIVE_MS = 60_000;

/** Arguments that `kafkajs` passes to a `socketFactory`. */
export interface KafkaSocketRequest {
  host: string;
  port: number;
  ssl?: ConnectionOptions | boolean | null;
  onConnect: () => void;
}

/**
 * Creates a `socketFactory` for `kafkajs`. Each advertised broker address needs a service, which
 * `serviceOf` selects. TLS is the client's if its `ssl` is set, else the service's.
 *
 * @param serviceOf returns the service of a broker; by default the one named like its host
 * @example
 * new Kafka({ brokers: ['kafka:9092'], socketFactory: kafkaSocketFactory(connections) });
 */
export function kafkaSocketFactory(
  dialer: Dialer,
  serviceOf: (broker: { host: string; port: number }) => string = ({ host }) => host,
): (request: KafkaSocketRequest) => Socket {
  if (typeof serviceOf !== 'function') {
    throw wrongType('The serviceOf of kafkaSocketFactory', 'a function', serviceOf);
  }
  return ({ host, port, ssl, onConnect }) => {
    const service = serviceOf({ host, port });
    const tls = tlsOf(host, ssl);
    const socket = new LazySocket(async ({ signal }) => {
      if (tls === undefined) return connectForAll(dialer, service, { signal });
      const plain = await connectForAll(dialer, service, { signal, tls: 'none' });
      return securedBy(service, () => secure(plain, tls, signal));
    });
    return socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS).connect(onConnect);
  };
}

/** TLS options as the client would use them itself; undefined: TLS is left to the service. */
function tlsOf(host: string, ssl: KafkaSocketRequest['ssl']): ConnectionOptions | undefined {
  if (ssl === undefined || ssl === null || ssl === false) return undefined;
  const servername = isIP(host) === 0 ? { servername: host } : {};
  return { ...servername, ...(ssl === true ? {} : ssl) };
}
