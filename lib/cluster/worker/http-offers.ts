import { type IncomingMessage, Server as HttpServer } from 'node:http';
import { Server as HttpsServer } from 'node:https';
import type { Server } from 'node:net';
import type { Duplex } from 'node:stream';

/** Other ways to speak HTTP: who offers them is content with HTTP/1.1. */
const HTTP_ITSELF = /^(?:h2c?|http\/[\d.]+|tls\/[\d.]+)$/i;

/** Since Node 22.21 and 24.9: whether an upgrade goes to the listeners, or is a mere request. */
interface ChoosingServer {
  shouldUpgradeCallback: (request: IncomingMessage) => boolean;
}

const served = new WeakSet<Server>();

/** Whether a request offers an upgrade that no listener is for, as `curl --http2` does. */
export function offersHttpItself({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  const offered = headers.upgrade?.split(',') ?? [];
  return offered.length > 0 && offered.every((one) => HTTP_ITSELF.test(one.trim()));
}

/**
 * Serves requests that offer HTTP/2 or TLS as HTTP/1.1, as a server without listeners of upgrades
 * does. With listeners Node gives them every offer, and those of WebSockets answer none of these.
 */
export function serveHttpOffers(server: Server): void {
  if (!(server instanceof HttpServer || server instanceof HttpsServer)) return;
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

/** Whether an upgrade that Node tells of is served as a request instead. */
export function isServedAsRequest(server: Server, request: IncomingMessage): boolean {
  return served.has(server) && !choosesItself(server) && offersHttpItself(request);
}

function choosesItself(server: Server): server is Server & ChoosingServer {
  return 'shouldUpgradeCallback' in server;
}

/** Gives an older Node the request once more, without its offer, and what followed it. */
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
