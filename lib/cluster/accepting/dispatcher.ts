/** Properties of a worker that decide the choice. */
export interface DispatchCandidate {
  /** Whether it may get a connection now. */
  readonly isEligible: boolean;
  /** Connections sent to it and not claimed yet. */
  readonly unclaimed: number;
  /** Requests in flight plus connections on their way to it. */
  readonly load: number;
  readonly connections: number;
  /** When it last got a connection, on one clock for all. */
  readonly lastHandedAt: number;
}

/**
 * Picks the eligible worker with the fewest unclaimed connections, so that a second one waits for a
 * worker only when all are behind; among equals by least load, fewest connections, longest wait.
 * With one dispatcher and exact counts no sampling is needed: it compares all that `serves`
 * accepts.
 */
export function pickWorker<W extends DispatchCandidate>(
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

function isBetter(a: DispatchCandidate, b: DispatchCandidate): boolean {
  if (a.unclaimed !== b.unclaimed) return a.unclaimed < b.unclaimed;
  if (a.load !== b.load) return a.load < b.load;
  if (a.connections !== b.connections) return a.connections < b.connections;
  return a.lastHandedAt < b.lastHandedAt;
}
