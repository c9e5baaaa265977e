import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';

import { lingering } from '../../common/lingering.ts';

const servers = new WeakSet<Server>();

/** The latest request of a connection that has a body. */
const uploads = new WeakMap<Socket, { latest: IncomingMessage }>();

/**
 * Shows HTTP/1 clients that still send their request the last answer of their connection: Node closes
 * the connection as soon as that is written, and the answer is lost.
 */
export function lingerAfterAnswers(server: Server): void {
  if (servers.has(server)) return;
  servers.add(server);
  server.prependListener('request', watch).prependListener('dropRequest', watch);
}

/** Whether a client has yet to send the rest of a request. */
export function isSending(socket: Socket): boolean {
  return uploads.get(socket)?.latest.complete === false;
}

function watch(request: IncomingMessage): void {
  if (request.httpVersionMajor !== 1 || !hasBody(request)) return;
  const { socket } = request;
  const known = uploads.get(socket);
  if (known !== undefined) {
    known.latest = request;
    return;
  }
  uploads.set(socket, { latest: request });
  const destroySoon = socket.destroySoon.bind(socket);
  // What Node calls when it has written the last answer of a connection.
  socket.destroySoon = (): void => {
    if (isSending(socket)) lingering.end(socket);
    else destroySoon();
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
