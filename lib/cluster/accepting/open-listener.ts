import { lookup } from 'node:dns/promises';
import { createServer, type ListenOptions, type Server, type Socket } from 'node:net';

import { removeStaleSocket } from '../../common/files/stale-socket.ts';
import type { ListenerAddress, ListenSpec } from '../protocol/control-messages.ts';

/** Servers of one listener: one, or one per address of `localhost`. */
export interface OpenedServers {
  address: ListenerAddress;
  servers: Server[];
}

/** Default backlog, in connections. */
export const BACKLOG = 1024;

/**
 * Opens a listener. `localhost` listens on every address that it resolves to, as in Fastify: the
 * first must succeed, failures of the others are ignored.
 */
export async function openListener(
  spec: ListenSpec,
  onConnection: (socket: Socket) => void,
): Promise<OpenedServers> {
  if (spec.path !== undefined) await removeStaleSocket(spec.path);
  const [host, ...others] = await hostsOf(spec);
  const main = await listen({ ...spec, ...host }, onConnection);
  const address = main.address() ?? '';
  if (typeof address === 'string') return { address, servers: [main] };
  const more = others.map((other) =>
    listen({ ...spec, ...other, port: address.port }, onConnection),
  );
  const settled = await Promise.allSettled(more);
  const opened = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  return { address, servers: [main, ...opened] };
}

/** Resolves `localhost`; an entry without `host` means all addresses. */
export async function hostsOf({ host }: ListenSpec): Promise<{ host?: string }[]> {
  if (host === undefined) return [{}];
  if (host !== 'localhost') return [{ host }];
  const addresses = await lookup(host, { all: true });
  return addresses.map(({ address }) => ({ host: address }));
}

/** Accepts on a bound socket. */
export function listenOn(fd: number, onConnection: (socket: Socket) => void): Server {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, onConnection);
  return server.listen({ fd, backlog: BACKLOG, exclusive: true });
}

function listen(spec: ListenSpec, onConnection: (socket: Socket) => void): Promise<Server> {
  const { refusal: _1, clientFirst: _2, tickets: _3, ordinal: _4, ...options } = spec;
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, onConnection);
  const all: ListenOptions = { backlog: BACKLOG, ...options, exclusive: true };
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(all, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}
