import type { Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

import {
  type NatsConnection,
  NatsConnectionImpl,
  type NodeConnectionOptions,
  setTransportFactory,
} from '@nats-io/transport-node';
import { nodeResolveHost, NodeTransport } from '@nats-io/transport-node/lib/node_transport.js';

import { inBootScope } from '../boot-scope.ts';
import type { Dialer } from '../dialer.ts';
import { connectForAll } from './connect-for.ts';

/** The client's default pause between attempts, in milliseconds. */
const RECONNECT_PAUSE_MS = 2_000;

/** Called before every attempt; a connection that has one of these is a connection of ours. */
type BeforeAttempt = () => number;

const dialOf = new WeakMap<BeforeAttempt, () => Promise<Socket>>();

/** Connects to the service where the connection is one of ours, else to the address it is given. */
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

export type NatsServiceOptions = Omit<NodeConnectionOptions, 'servers' | 'port'>;

/**
 * In place of `connect` of `@nats-io/transport-node`: every connection is one to the service, also
 * when it is made again. TLS begins within the protocol, so it is configured here (`tls`). The
 * connection is all requests': no deadline counts for its attempts, and its callbacks run in none.
 *
 * @example
 * const bus = await natsConnect(connections, 'bus', { name: 'receipts' });
 */
export async function natsConnect(
  dialer: Dialer,
  service: string,
  options: NatsServiceOptions = {},
): Promise<NatsConnection> {
  const { host, port } = dialer.describe(service).address;
  const reconnectDelayHandler: BeforeAttempt = () => {
    useOurTransport();
    return options.reconnectDelayHandler?.() ?? options.reconnectTimeWait ?? RECONNECT_PAUSE_MS;
  };
  dialOf.set(reconnectDelayHandler, () =>
    connectForAll(dialer, service, { tls: 'none', serverSpeaksFirst: true }),
  );
  // In a turn of its own: the caller's may set the transport of another connection right after.
  await nextTurn();
  const all = {
    ...options,
    servers: port === 0 ? host : `${host}:${port}`,
    reconnectDelayHandler,
    ignoreClusterUpdates: true,
    resolve: false,
  };
  // Its loops and timers go on in the scope in which it is made.
  return inBootScope(() => NatsConnectionImpl.connect(all));
}

/** It is a setting of the whole package, which `connect` of the package sets anew each time. */
function useOurTransport(): void {
  setTransportFactory({ factory: serviceTransport, dnsResolveFn: nodeResolveHost });
}

function serviceTransport(): NodeTransport {
  return new ServiceTransport();
}
