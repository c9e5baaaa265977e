import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

import {
  type NatsConnection,
  NatsConnectionImpl,
  type NodeConnectionOptions,
  setTransportFactory,
} from '@nats-io/transport-node';
import { nodeResolveHost, NodeTransport } from '@nats-io/transport-node/lib/node_transport.js';

import { outside } from '../../common/outside.ts';
import type { Dialer } from '../dialer.ts';
import { connectForAll } from './connect-for.ts';
import { passedOptions } from './passed-options.ts';

/** Default pause of the client between attempts. */
const RECONNECT_PAUSE_MS = 2_000;

/** Runs before every reconnect attempt, and marks a connection as one of ours. */
type BeforeAttempt = () => number;

const dialOf = new WeakMap<BeforeAttempt, () => Promise<Socket>>();

/** Dials the service for connections of ours, the given address for others. */
class ServiceTransport extends NodeTransport {
  override async dial(address: Parameters<NodeTransport['dial']>[0]): Promise<Socket> {
    const dial = this.#dial;
    return dial === undefined ? super.dial(address) : (await dial()).setNoDelay(true);
  }

  override async tlsFirst(address: Parameters<NodeTransport['tlsFirst']>[0]) {
    if (this.#dial !== undefined) this.socket = await this.dial(address);
    return super.tlsFirst(address);
  }

  get #dial(): (() => Promise<Socket>) | undefined {
    const { reconnectDelayHandler } = this.options;
    return reconnectDelayHandler === undefined ? undefined : dialOf.get(reconnectDelayHandler);
  }
}

/** Options of the client that follow from the service. */
const OURS = ['servers', 'port', 'resolve', 'ignoreClusterUpdates'] as const;

/** Options of `natsConnect`: the client's own, but for its addresses. */
export type NatsServiceOptions = Omit<NodeConnectionOptions, (typeof OURS)[number]>;

/**
 * Replaces `connect` of `@nats-io/transport-node`: connects and reconnects to the service. TLS
 * begins within the protocol, so configure it here (`tls`). All requests share the connection: no
 * deadline applies to its attempts, and its callbacks run outside any request.
 *
 * @example
 * const bus = await natsConnect(connections, 'bus', { name: 'receipts' });
 */
export async function natsConnect(
  dialer: Dialer,
  service: string,
  options: NatsServiceOptions = {},
): Promise<NatsConnection> {
  passedOptions('natsConnect', options, OURS);
  const { host, port } = dialer.describe(service).address;
  const reconnectDelayHandler: BeforeAttempt = () => {
    useOurTransport();
    return options.reconnectDelayHandler?.() ?? options.reconnectTimeWait ?? RECONNECT_PAUSE_MS;
  };
  dialOf.set(reconnectDelayHandler, () =>
    connectForAll(dialer, service, { tls: 'none', serverSpeaksFirst: true }),
  );
  // In a turn of its own, because the caller's turn may yet set another connection's transport.
  await nextTurn();
  const all = {
    ...options,
    servers: port === 0 ? host : `${host}:${port}`,
    reconnectDelayHandler,
    ignoreClusterUpdates: true,
    resolve: false,
  };
  // Its loops and timers keep the async context that they are created in.
  return outside(() => NatsConnectionImpl.connect(all));
}

/** Sets the transport of the whole package, which its own `connect` sets anew each time. */
function useOurTransport(): void {
  setTransportFactory({ factory: serviceTransport, dnsResolveFn: nodeResolveHost });
}

function serviceTransport(): NodeTransport {
  return new ServiceTransport();
}
