/** Requests that are let in past everything. */
export interface BypassCounts {
  inFlight: number;
  admitted: number;
  /** There were as many of them under way as there may be. */
  refused: number;
}

/** Probes and preflights. Each path has a cap of its own: who fills one does not fail the others. */
export class Bypass {
  readonly counts = new Map<string, BypassCounts>();
  readonly #maxInFlight: number;

  constructor(maxInFlight: number) {
    this.#maxInFlight = maxInFlight;
  }

  /** Lets one past; false: there are as many as there may be. */
  begin(path: string): boolean {
    const counts = this.#countsOf(path);
    if (counts.inFlight >= this.#maxInFlight) {
      counts.refused++;
      return false;
    }
    counts.inFlight++;
    counts.admitted++;
    return true;
  }

  /** Counts one that runs already. */
  retake(path: string): void {
    this.#countsOf(path).inFlight++;
  }

  end(path: string): void {
    this.#countsOf(path).inFlight--;
  }

  #countsOf(path: string): BypassCounts {
    const known = this.counts.get(path);
    if (known !== undefined) return known;
    const counts = { inFlight: 0, admitted: 0, refused: 0 };
    this.counts.set(path, counts);
    return counts;
  }
}
