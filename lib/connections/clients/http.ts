import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';

import { callOptions } from '../../common/options/call-options.ts';
import type { Dialer } from '../dialer.ts';
import { connectForRequest } from './connect-for.ts';
import {
  agentOptions,
  OURS,
  type ResolvedAgentOptions,
  type SecureServiceAgentOptions,
  type ServiceAgentOptions,
} from './http.options.ts';
import { limitIdle } from './idle-sockets.ts';
import { passedOptions } from './passed-options.ts';
import { secure, securedBy } from './secure.ts';

export { outgoingHeaders, type OutgoingHeaders } from './headers.ts';
export type { SecureServiceAgentOptions, ServiceAgentOptions } from './http.options.ts';

const checked = callOptions('httpAgent', agentOptions);
const checkedSecure = callOptions('httpsAgent', agentOptions);

type Created = (error: Error | null, socket: Duplex) => void;

/**
 * Creates an `Agent` for `http:` URLs of clients on `node:http` (axios, got, Elastic, ClickHouse).
 * Every request goes to the service, regardless of the URL's host, with the service's TLS.
 * Connections are kept alive unless `keepAlive` is false.
 */
export function httpAgent(
  dialer: Dialer,
  service: string,
  options?: ServiceAgentOptions,
): HttpAgent {
  const dial = (): Promise<Socket> => connectForRequest(dialer, service);
  const given = checked(options);
  return limitIdle(new ServiceAgent(dial, given), given);
}

/**
 * Creates an `Agent` for `https:` URLs, otherwise like `httpAgent`. Uses the service's TLS if
 * configured, else the TLS options of the client's request, for the URL's host.
 */
export function httpsAgent(
  dialer: Dialer,
  service: string,
  options: SecureServiceAgentOptions = {},
): HttpsAgent {
  const { own = [], others = [] } = Object.groupBy(
    Object.entries(passedOptions('httpsAgent', options, OURS)),
    ([key]) => (Object.hasOwn(agentOptions.table, key) ? 'own' : 'others'),
  );
  const ownOptions = checkedSecure(Object.fromEntries(own));
  const dial = async (request: ConnectionOptions): Promise<Socket> => {
    const { name, tls, connectTimeoutMs } = dialer.describe(service);
    if (tls !== undefined) return connectForRequest(dialer, service);
    const signal = AbortSignal.timeout(connectTimeoutMs);
    const socket = await connectForRequest(dialer, service, { tls: 'none' });
    return securedBy(name, () => secure(socket, request, signal));
  };
  const agent = new SecureServiceAgent(dial, { ...Object.fromEntries(others), ...ownOptions });
  return limitIdle(agent, ownOptions);
}

class ServiceAgent extends HttpAgent {
  readonly #dial: () => Promise<Socket>;
  readonly #timeoutMs: number | undefined;

  constructor(dial: () => Promise<Socket>, options: ResolvedAgentOptions) {
    super(options);
    this.#dial = dial;
    this.#timeoutMs = options.timeout;
  }

  override createConnection(_request: object, created?: Created): undefined {
    handOver(this.#dial(), this.#timeoutMs, created);
  }
}

class SecureServiceAgent extends HttpsAgent {
  readonly #dial: (request: ConnectionOptions) => Promise<Socket>;
  readonly #timeoutMs: number | undefined;

  constructor(
    dial: (request: ConnectionOptions) => Promise<Socket>,
    options: ConnectionOptions & ResolvedAgentOptions,
  ) {
    super(options);
    this.#dial = dial;
    this.#timeoutMs = options.timeout;
  }

  override createConnection(request: object, created?: Created): undefined {
    handOver(this.#dial(request), this.#timeoutMs, created);
  }
}

/** Calls back in the request's async context, in which Node then handles the answer. */
function handOver(
  dialled: Promise<Socket>,
  timeoutMs: number | undefined,
  created: Created | undefined,
): void {
  const limited = (socket: Socket): Socket => {
    // Node leaves this limit to the connection, and skips one of the request that is equal.
    return timeoutMs ? socket.setTimeout(timeoutMs) : socket;
  };
  dialled.then(
    (socket) => created?.(null, limited(socket).setNoDelay(true)),
    // After an error, Node ignores the socket argument.
    (error: Error) => (created as ((error: Error) => void) | undefined)?.(error),
  );
}
