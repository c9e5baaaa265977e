import type { Server } from 'node:net';

import { untilFree, waitReason } from '../../common/patient-listen.ts';
import { currentScope } from '../../context/context-scope.ts';
import { placeOf } from '../protocol/listen-failure.ts';
import { listenOptions } from '../worker/listen-options.ts';

/** Makes a server's `listen` wait for a predecessor that still holds the port. */
export function listenWithPatience(server: Server): void {
  const listen = server.listen.bind(server) as (...args: unknown[]) => Server;
  const patient = (...args: unknown[]): Server => {
    const { port, host, ipv6Only, fd } = listenOptions(args);
    if (!port || fd !== undefined) return listen(...args);
    const place = { port, ...(host === undefined ? {} : { host }) };
    const free = untilFree(
      { ...place, ...(ipv6Only === undefined ? {} : { ipv6Only }) },
      (holder) => {
        currentScope().log.warn({ context: 'listen' }, waitReason(placeOf(place), holder));
      },
    );
    free.then(
      () => listen(...args),
      (error: unknown) => server.emit('error', error),
    );
    return server;
  };
  Object.assign(server, { listen: patient });
}
