import type { Server } from 'node:net';

import { untilFree, waitReason } from '../../common/http/patient-listen.ts';
import { currentScope } from '../../context/context-scope.ts';
import { placeOf } from '../protocol/listen-failure.ts';
import { listenOptions } from '../worker/listen-options.ts';

type Place = { port: number; host?: string; ipv6Only?: boolean } | { path: string };

/**
 * Makes a server's `listen` wait for a predecessor that still holds the address, and take over a
 * socket at a path on which no process listens any more.
 */
export function listenWithPatience(server: Server): void {
  const listen = server.listen.bind(server) as (...args: unknown[]) => Server;
  const patient = (...args: unknown[]): Server => {
    const place = placeIn(args);
    if (place === undefined) return listen(...args);
    freed(place).then(
      () => listen(...args),
      (error: unknown) => server.emit('error', error),
    );
    return server;
  };
  Object.assign(server, { listen: patient });
}

/** Address that another process may hold; undefined: none may, or it does no harm. */
function placeIn(args: readonly unknown[]): Place | undefined {
  const { port, host, ipv6Only, path, fd, reusePort } = listenOptions(args);
  // As Node chooses; or others share it.
  if (fd !== undefined || port === 0 || reusePort === true) return undefined;
  if (!port) return path ? { path } : undefined;
  return {
    port,
    ...(host === undefined ? {} : { host }),
    ...(ipv6Only === undefined ? {} : { ipv6Only }),
  };
}

async function freed(place: Place): Promise<void> {
  await untilFree(place, (holder) => {
    currentScope().log.warn({ context: 'listen' }, waitReason(placeOf(place), holder));
  });
}
