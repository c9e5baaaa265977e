import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

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

function ignore(): void {}
