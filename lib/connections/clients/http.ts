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
 * `Agent` for clients on `node:http` (axios, got, Elastic, ClickHouse) and URLs with `http:`. All
 * their requests go to the service, whatever the host is; TLS is as the service says. Connections
 * are kept alive unless `keepAlive` is false.
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
 * The same for URLs with `https:`. TLS is as the service says; where that says nothing, it is as
 * the client's request does, for the host of the URL.
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

/** In the request's own scope, in which Node goes on with the answer. */
function handOver(dialled: Promise<Socket>, created: Created | undefined): void {
  dialled.then(
    (socket) => created?.(null, socket.setNoDelay(true)),
    // With an error, nobody looks at the socket.
    (error: Error) => (created as ((error: Error) => void) | undefined)?.(error),
  );
}
