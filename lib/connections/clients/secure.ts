import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

import { ignore } from '../../common/ignore.ts';
import { ConnectionError } from '../connection.errors.ts';

/**
 * Starts TLS over an open socket, with a client's own options.
 *
 * @throws the handshake's error, or the signal's reason, after it has destroyed the socket
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
 * Runs a handshake of a client's options, with the errors of the service's own TLS.
 *
 * @throws ConnectionError with failure `TLS`, or an `AbortError` unchanged
 */
export async function securedBy<S>(service: string, handshake: () => Promise<S>): Promise<S> {
  try {
    return await handshake();
  } catch (error) {
    const { name, code = String(error) } = error as NodeJS.ErrnoException;
    // The caller has left.
    if (name === 'AbortError') throw error;
    const reason = name === 'TimeoutError' ? 'TIMEOUT' : code;
    const message = `TLS with "${service}" failed: ${reason}`;
    throw new ConnectionError('TLS', message, { service, reason, cause: error });
  }
}
