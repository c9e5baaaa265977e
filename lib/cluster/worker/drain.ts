import type { Clock } from '../../common/clock.ts';
import type { ConnectionTable } from './connection-table.ts';

export interface DrainLimits {
  /** How long a connection may stay idle for a request that is on its way, in milliseconds. */
  idleGraceMs: number;
  /** When WebSockets and event streams are ended, in milliseconds. */
  streamsMs: number;
  /** How long requests in flight may take, in milliseconds. */
  requestsMs: number;
}

/** How often a drain looks again, in milliseconds. */
const LOOK_EVERY_MS = 50;

/**
 * Ends the connections of a worker without losing a request: responses say `Connection: close`,
 * HTTP/2 clients get GOAWAY, connections idle for longer than a grace are closed, WebSockets and
 * event streams end after a while, requests in flight finish until their time is up; then what is
 * left is cut.
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
