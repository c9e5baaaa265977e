/** Counts of one path that skips admission. */
export interface BypassCounts {
  inFlight: number;
  admitted: number;
  /** Refused at the cap. */
  refused: number;
}

/** Probes and preflights. Each path has its own cap, so that one path cannot starve the others. */
export class Bypass {
  readonly counts = new Map<string, BypassCounts>();
  readonly #maxInFlight: number;

  constructor(maxInFlight: number) {
    this.#maxInFlight = maxInFlight;
  }

  /** Admits a request; false at the cap. */
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

  /** Counts a handler that already runs. */
  retake(path: string): void {
    this.#countsOf(path).inFlight++;
  }

  giveBack(path: string): void {
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
