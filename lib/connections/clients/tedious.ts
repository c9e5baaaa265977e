import type { Socket } from 'node:net';

import type { Dialer } from '../dialer.ts';
import { connectForRequest } from './connect-for.ts';

/**
 * `options.connector` for `tedious`. TLS begins within the protocol, so it is configured at the
 * client (`encrypt`). With it, `multiSubnetFailover` does nothing: tiers do that.
 *
 * @example
 * new Connection({ server: 'db', options: { connector: tediousConnector(connections, 'db') } });
 */
export function tediousConnector(dialer: Dialer, service: string): () => Promise<Socket> {
  // Its types know of no arguments, but the third one ends the attempt with `connectTimeout`.
  return (...[, , signal]: unknown[]) =>
    connectForRequest(dialer, service, {
      tls: 'none',
      ...(signal instanceof AbortSignal ? { signal } : {}),
    });
}
