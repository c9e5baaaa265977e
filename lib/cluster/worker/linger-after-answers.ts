import type { IncomingMessage } from 'node:http';
import type { Server, Socket } from 'node:net';

import { lingering } from '../../common/http/lingering.ts';

const servers = new WeakSet<Server>();

/** Latest request with a body, by connection. */
const uploads = new WeakMap<Socket, { latest: IncomingMessage }>();

/**
 * Lets HTTP/1 clients that still send a request see the last response on their connection: Node
 * closes the connection once it is written, and the response is lost.
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
  // Node calls it after writing the last response of a connection.
  socket.destroySoon = (): void => {
    if (isSending(socket)) lingering.end(socket);
    else destroySoon();
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
