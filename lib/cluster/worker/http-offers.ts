import type { IncomingMessage } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';

import { nodeHttp } from '../../common/http/node-http.ts';

/** Other forms of HTTP: a client that offers only these also accepts HTTP/1.1. */
const HTTP_ITSELF = /^(?:h2c?|http\/[\d.]+|tls\/[\d.]+)$/i;

/** Since Node 22.21 and 24.9: whether an upgrade goes to the listeners or is a plain request. */
interface ChoosingServer {
  shouldUpgradeCallback: (request: IncomingMessage) => boolean;
}

const served = new WeakSet<Server>();

/** Whether a request offers only upgrades that no listener handles, as `curl --http2` does. */
export function offersHttpItself({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  if (headers.upgrade === undefined) return false;
  // Lists may have empty elements (RFC 9110).
  const offered = headers.upgrade.split(',').flatMap((one) => one.trim() || []);
  return offered.every((one) => HTTP_ITSELF.test(one));
}

/**
 * Serves requests that offer HTTP/2 or TLS as HTTP/1.1, as a server without upgrade listeners does.
 * With listeners, Node passes them every offer, and those for WebSockets answer none of these.
 */
export function serveHttpOffers(server: Server): void {
  if (!(server instanceof nodeHttp.Server || server instanceof HttpsServer)) return;
  if (served.has(server)) return;
  served.add(server);
  if (choosesItself(server)) {
    const choose = server.shouldUpgradeCallback.bind(server);
    server.shouldUpgradeCallback = (request) => !offersHttpItself(request) && choose(request);
    return;
  }
  const emit = server.emit.bind(server) as (event: string, ...args: unknown[]) => boolean;
  const emitUpgrades = (event: string, ...args: unknown[]): boolean => {
    const [request, socket, head] = args as [IncomingMessage, Duplex, Buffer];
    if (event !== 'upgrade' || !offersHttpItself(request)) return emit(event, ...args);
    return serveAgain(server, { request, socket, head });
  };
  Object.assign(server, { emit: emitUpgrades });
}

/** Whether an upgrade emitted by Node is served as a request instead. */
export function isServedAsRequest(server: Server, request: IncomingMessage): boolean {
  return served.has(server) && !choosesItself(server) && offersHttpItself(request);
}

function choosesItself(server: Server): server is Server & ChoosingServer {
  return 'shouldUpgradeCallback' in server;
}

/** Feeds an older Node the request again, without its offer, then the bytes that followed it. */
function serveAgain(
  server: Server,
  { request, socket, head }: { request: IncomingMessage; socket: Duplex; head: Buffer },
): boolean {
  const listeners = server.listeners('connection') as ((socket: Duplex) => void)[];
  const accept = listeners.find(({ name }) => name === 'connectionListener');
  if (accept === undefined) return false;
  socket.unshift(Buffer.concat([Buffer.from(headOf(request), 'latin1'), head]));
  accept.call(server, socket);
  return true;
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage): string {
  const lines = [`${method ?? ''} ${url ?? ''} HTTP/${httpVersion}`];
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    if (name.toLowerCase() === 'upgrade') continue;
    const rest = name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value;
    lines.push(`${name}: ${rest}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(',').map((one) => one.trim());
  return options.filter((one) => one.toLowerCase() !== 'upgrade').join(', ');
}
