import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

import { ConnectionError } from '../connection.errors.ts';

/**
 * TLS over an open socket, for clients whose own options say how.
 *
 * @throws the handshake's error, or the signal's reason; the socket is destroyed then
 */
export async function secure(
  socket: Socket,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<TLSSocket> {
  const secured = connect({ ...options, socket });
  try {
    await once(secured, 'secureConnect', { signal });
    return secured;
  } catch (error) {
    secured.on('error', ignore).destroy();
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

/**
 * Runs a handshake that a client's options ask for, and fails as the service's own TLS does.
 *
 * @throws ConnectionError
 */
export async function securedBy<S>(service: string, handshake: () => Promise<S>): Promise<S> {
  try {
    return await handshake();
  } catch (error) {
    const { name, code = String(error) } = error as NodeJS.ErrnoException;
    // Nobody waits for it any more.
    if (name === 'AbortError') throw error;
    const reason = name === 'TimeoutError' ? 'TIMEOUT' : code;
    const message = `TLS with "${service}" failed: ${reason}`;
    throw new ConnectionError('TLS', message, { service, reason, cause: error });
  }
}

function ignore(): void {}
