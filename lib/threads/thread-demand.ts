/** Demand on a pool, and its threads. */
export interface ThreadDemand {
  /** Calls that wait. */
  waiting: number;
  /** Calls that have waited long enough for another thread. */
  late: number;
  /** Threads that run a call or could. */
  ready: number;
  booting: number;
  /** Threads that are not gone. */
  size: number;
  /** Threads that the pool always has. */
  least: number;
  /** Threads that may be started. */
  room: number;
}

/**
 * Threads to start now. The first call starts the first thread, and late calls start more. The
 * ready threads at most double at a time: few of them may do for a burst of short calls.
 */
export function threadsToStart(demand: ThreadDemand): number {
  const { waiting, late, ready, booting, size, least, room } = demand;
  const wanted = ready === 0 ? Math.min(waiting, 1) : Math.min(late, ready);
  const missing = Math.max(wanted - booting, least - size);
  return Math.max(0, Math.min(missing, room));
}
