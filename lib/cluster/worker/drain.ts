import type { Clock } from '../../common/clock.ts';
import { ignore } from '../../common/ignore.ts';
import type { DrainLimits } from '../drain.options.ts';
import type { ConnectionTable } from './connection-table.ts';

/** Interval between looks at the connections. */
const LOOK_EVERY_MS = 50;

/** Longest pass of the event loop before a look, in milliseconds. */
const QUICK_MS = 5;

/** Passes of a busy loop that a look waits for a quick one. */
const MOST_PASSES = 20;

export interface ConnectionDrain {
  table: ConnectionTable;
  limits: DrainLimits;
  clock: Clock;
  /** Called in the same tick as the last look: no connection can slip in between. */
  onEmpty?: () => void;
}

/**
 * Drains a worker's connections without losing a request: responses say `Connection: close`, HTTP/2
 * clients get GOAWAY, connections idle beyond a grace period are closed, WebSockets and event
 * streams end after a while, requests in flight finish; what is left after `requestTimeoutMs` is
 * destroyed.
 */
export function drainConnections({
  table,
  limits: { idleGraceMs, streamGraceMs, requestTimeoutMs },
  clock,
  onEmpty = ignore,
}: ConnectionDrain): Promise<void> {
  const endsAt = clock.now() + requestTimeoutMs;
  const endStreamsAt = clock.now() + streamGraceMs;
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
      else if (!table.isEmpty) return void setTimeout(() => lookAfterReads(), LOOK_EVERY_MS);
      onEmpty();
      resolve();
    };
    // A request that nobody has read looks like idleness: the loop reads first, and a pass in which
    // the process stood still leaves too much unread.
    const lookAfterReads = (passes = MOST_PASSES): void => {
      const startedAt = clock.now();
      setImmediate(() => {
        if (clock.now() - startedAt <= QUICK_MS || passes === 0) look();
        else lookAfterReads(passes - 1);
      });
    };
    look();
  });
}
