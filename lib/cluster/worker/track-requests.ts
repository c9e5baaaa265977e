import type { IncomingMessage, Server as HttpServer, ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2Server, ServerHttp2Session } from 'node:http2';
import { Server as HttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import { Server as TlsServer, type TLSSocket } from 'node:tls';

import { nodeHttp } from '../../common/http/node-http.ts';
import { onUpgrade } from '../../common/http/on-upgrade.ts';
import type { ConnectionTable } from './connection-table.ts';
import { serveHttpOffers } from './http-offers.ts';
import { lingerAfterAnswers } from './linger-after-answers.ts';
import { endsOf } from './socket-ends.ts';

type Http1Server = HttpServer | HttpsServer;
type AnyHttp2Server = Http2Server | Http2SecureServer;

function isHttp1(server: Server): server is Http1Server {
  return server instanceof nodeHttp.Server || server instanceof HttpsServer;
}

/** Node does not export its HTTP/2 server classes; only they have `updateSettings`. */
function isHttp2(server: Server): server is AnyHttp2Server {
  return 'updateSettings' in server;
}

/** How to refuse an unencrypted client of this server. */
export function refusalKindOf(server: Server): 'http' | 'close' {
  return server instanceof nodeHttp.Server ? 'http' : 'close';
}

/** Whether the client sends first. Unencrypted HTTP/2 servers send their settings at once. */
export function clientSpeaksFirst(server: Server): boolean {
  return server instanceof nodeHttp.Server || server instanceof TlsServer;
}

/**
 * Counts a server's requests in the table. For custom protocols a whole connection counts as one
 * request.
 */
export function trackRequests(server: Server, table: ConnectionTable): void {
  if (!isHttp1(server) && !isHttp2(server)) return trackWhole(server, table);
  if (isHttp2(server)) trackSessions(server, table);
  trackSockets(server, table);
  if (isHttp1(server) || server.listenerCount('request') > 0) {
    trackExchanges(server, table);
    lingerAfterAnswers(server);
  }
  trackUpgrades(server, table);
  serveHttpOffers(server);
}

function trackWhole(server: Server, table: ConnectionTable): void {
  server.prependListener('connection', (socket: Socket) => {
    table.carries(socket, server);
    table.began(socket, undefined);
  });
}

function trackSockets(server: Server, table: ConnectionTable): void {
  if (server instanceof nodeHttp.Server) {
    server.prependListener('connection', (socket: Socket) => table.carries(socket, server));
  }
  const handshakes = new Map<string | object, Socket>();
  if (server instanceof TlsServer) {
    // Idle during the handshake, so that stalled handshakes can be closed to make room.
    server.prependListener('connection', (socket: Socket) => {
      const ends = endsOf(socket);
      table.carries(socket, server);
      handshakes.set(ends, socket);
      socket.once('close', () => handshakes.delete(ends));
    });
  }
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const below = handshakes.get(endsOf(socket));
    if (below !== undefined) table.gone(below);
    if (socket.alpnProtocol === 'h2') return;
    table.carries(socket, server);
    socket.once('close', () => table.gone(socket));
  });
}

function trackSessions(server: AnyHttp2Server, table: ConnectionTable): void {
  // Node creates the session on it before any other event.
  let latest: Socket | undefined;
  const remember = (socket: Socket): void => void (latest = socket);
  server.prependListener('connection', remember).prependListener('secureConnection', remember);
  server.on('session', (session: ServerHttp2Session) => {
    table.carries(session, server, latest);
    latest = undefined;
    session.once('close', () => table.gone(session));
    session.on('stream', (stream) => {
      stream.once('close', table.began(session, undefined, stream));
    });
  });
}

function trackExchanges(server: Server, table: ConnectionTable): void {
  server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
    if (request.httpVersionMajor === 2) return;
    response.on('close', table.began(request.socket, response));
  });
}

function trackUpgrades(server: Server, table: ConnectionTable): void {
  onUpgrade(server, ({ headers }, socket) => {
    const isWebSocket = headers.upgrade?.toLowerCase() === 'websocket';
    table.upgraded(socket, isWebSocket ? socket : undefined);
  });
}
