import { Agent as HttpAgent, type AgentOptions as HttpAgentOptions } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ConnectionOptions } from 'node:tls';

import type { Dialer } from '../dialer.ts';
import { connectForRequest } from './connect-for.ts';
import { secure, securedBy } from './secure.ts';

export { outgoingHeaders, type OutgoingHeaders } from './headers.ts';

type Created = (error: Error | null, socket: Duplex) => void;

/**
 * Creates an `Agent` for `http:` URLs of clients on `node:http` (axios, got, Elastic, ClickHouse).
 * Every request goes to the service, regardless of the URL's host, with the service's TLS.
 * Connections are kept alive unless `keepAlive` is false.
 */
export function httpAgent(
  dialer: Dialer,
  service: string,
  options: HttpAgentOptions = {},
): HttpAgent {
  const dial = (): Promise<Socket> => connectForRequest(dialer, service);
  return new ServiceAgent(dial, { keepAlive: true, ...options });
}

/**
 * Creates an `Agent` for `https:` URLs, otherwise like `httpAgent`. Uses the service's TLS if
 * configured, else the TLS options of the client's request, for the URL's host.
 */
export function httpsAgent(
  dialer: Dialer,
  service: string,
  options: HttpsAgentOptions = {},
): HttpsAgent {
  const dial = async (request: ConnectionOptions): Promise<Socket> => {
    const { name, tls, connectTimeoutMs } = dialer.describe(service);
    if (tls !== undefined) return connectForRequest(dialer, service);
    const signal = AbortSignal.timeout(connectTimeoutMs);
    const socket = await connectForRequest(dialer, service, { tls: 'none' });
    return securedBy(name, () => secure(socket, request, signal));
  };
  return new SecureServiceAgent(dial, { keepAlive: true, ...options });
}

class ServiceAgent extends HttpAgent {
  readonly #dial: () => Promise<Socket>;

  constructor(dial: () => Promise<Socket>, options: HttpAgentOptions) {
    super(options);
    this.#dial = dial;
  }

  override createConnection(_request: object, created?: Created): undefined {
    handOver(this.#dial(), created);
  }
}

class SecureServiceAgent extends HttpsAgent {
  readonly #dial: (request: ConnectionOptions) => Promise<Socket>;

  constructor(dial: (request: ConnectionOptions) => Promise<Socket>, options: HttpsAgentOptions) {
    super(options);
    this.#dial = dial;
  }

  override createConnection(request: object, created?: Created): undefined {
    handOver(this.#dial(request), created);
  }
}

/** Calls back in the request's async context, in which Node then handles the answer. */
function handOver(dialled: Promise<Socket>, created: Created | undefined): void {
  dialled.then(
    (socket) => created?.(null, socket.setNoDelay(true)),
    // After an error, Node ignores the socket argument.
    (error: Error) => (created as ((error: Error) => void) | undefined)?.(error),
  );
}
