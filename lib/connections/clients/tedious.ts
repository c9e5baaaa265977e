import type { Socket } from 'node:net';

import type { Dialer } from '../dialer.ts';
import { connectForRequest } from './connect-for.ts';

/**
 * Creates an `options.connector` for `tedious`. TLS begins within the protocol, so configure it in
 * the client (`encrypt`). `multiSubnetFailover` has no effect with it: use tiers.
 *
 * @example
 * new Connection({ server: 'db', options: { connector: tediousConnector(connections, 'db') } });
 */
export function tediousConnector(dialer: Dialer, service: string): () => Promise<Socket> {
  // Missing in its types: the third argument, a signal that aborts after `connectTimeout`.
  return (...[, , signal]: unknown[]) =>
    connectForRequest(dialer, service, {
      tls: 'none',
      ...(signal instanceof AbortSignal ? { signal } : {}),
    });
}
