/** What a choice among workers needs to know of each. */
export interface Candidate {
  /** Whether it may get a connection now. */
  readonly isEligible: boolean;
  /** Requests being handled, and connections on their way to it. */
  readonly load: number;
  readonly connections: number;
  /** When it last got a connection, on the same clock for all. */
  readonly lastHandedAt: number;
}

/**
 * The eligible worker with the least load; of equals the one with the fewest connections; of those
 * the one that waited longest. One dispatcher with exact counts needs no sampling: it looks at all
 * that `serves` lets through.
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
  if (a.load !== b.load) return a.load < b.load;
  if (a.connections !== b.connections) return a.connections < b.connections;
  return a.lastHandedAt < b.lastHandedAt;
}
