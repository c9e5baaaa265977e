import type { Clock } from '../../common/clock.ts';
import type { ConnectionTable } from './connection-table.ts';

export interface DrainLimits {
  /** How long an idle connection stays open for a request on its way. */
  idleGraceMs: number;
  /** How long after its start a drain ends WebSockets and event streams. */
  streamsMs: number;
  /** How long requests in flight may take. */
  requestsMs: number;
}

/** Interval between looks at the connections. */
const LOOK_EVERY_MS = 50;

/**
 * Drains a worker's connections without losing a request: responses say `Connection: close`, HTTP/2
 * clients get GOAWAY, connections idle beyond a grace period are closed, WebSockets and event
 * streams end after a while, requests in flight finish; what is left after `requestsMs` is
 * destroyed.
 */
export function drainConnections(
  table: ConnectionTable,
  { idleGraceMs, streamsMs, requestsMs }: DrainLimits,
  clock: Clock,
): Promise<void> {
  const endsAt = clock.now() + requestsMs;
  const endStreamsAt = clock.now() + streamsMs;
  let haveStreamsEnded = false;
  table.startDrain();
  return new Promise((resolve) => {
    const look = (): void => {
      table.closeIdle(idleGraceMs);
      if (!haveStreamsEnded && clock.now() >= endStreamsAt) {
        haveStreamsEnded = true;
        table.endStreams();
      }
      if (clock.now() >= endsAt) table.destroyAll();
      else if (!table.isEmpty) return void setTimeout(look, LOOK_EVERY_MS);
      resolve();
    };
    look();
  });
}
