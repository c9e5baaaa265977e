/** What a choice among workers needs to know of each. */
export interface Candidate {
  /** Whether it may get a connection now. */
  readonly isEligible: boolean;
  /** Connections that it was sent and has not claimed yet. */
  readonly unclaimed: number;
  /** Requests being handled, and connections on their way to it. */
  readonly load: number;
  readonly connections: number;
  /** When it last got a connection, on the same clock for all. */
  readonly lastHandedAt: number;
}

/**
 * The eligible worker that owes no claim, before one that does: only when all of them are behind
 * does a second connection wait for the same worker. Of those the one with the least load; of
 * equals the one with the fewest connections; of those the one that waited longest. One dispatcher
 * with exact counts needs no sampling: it looks at all that `serves` lets through.
 */
export function pickWorker<W extends Candidate>(
  workers: Iterable<W>,
  serves: (worker: W) => boolean,
): W | undefined {
  let best: W | undefined;
  for (const worker of workers) {
    if (!worker.isEligible || !serves(worker)) continue;
    if (best === undefined || isBetter(worker, best)) best = worker;
  }
  return best;
}

function isBetter(a: Candidate, b: Candidate): boolean {
  if (a.unclaimed !== b.unclaimed) return a.unclaimed < b.unclaimed;
  if (a.load !== b.load) return a.load < b.load;
  if (a.connections !== b.connections) return a.connections < b.connections;
  return a.lastHandedAt < b.lastHandedAt;
}
