import type { Clock } from '../common/clock.ts';
import type { ConnectionTable } from './connection-table.ts';

export interface DrainLimits {
  /** How long a connection may stay idle for a request that is on its way, in milliseconds. */
  idleGraceMs: number;
  /** How long requests in flight may take, in milliseconds. */
  requestsMs: number;
}

/** How often a drain looks again, in milliseconds. */
const LOOK_EVERY_MS = 50;

/**
 * Ends the connections of a worker without losing a request: responses say `Connection: close`,
 * connections idle for longer than a grace are closed, requests in flight finish until their time
 * is up; then what is left is cut.
 */
export function drainConnections(
  table: ConnectionTable,
  { idleGraceMs, requestsMs }: DrainLimits,
  clock: Clock,
): Promise<void> {
  const endsAt = clock.now() + requestsMs;
  table.startDrain();
  return new Promise((resolve) => {
    const look = (): void => {
      table.closeIdle(idleGraceMs);
      if (clock.now() >= endsAt) table.destroyAll();
      else if (!table.isEmpty) return void setTimeout(look, LOOK_EVERY_MS);
      resolve();
    };
    look();
  });
}
