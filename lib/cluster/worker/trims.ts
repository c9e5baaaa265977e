/** Shortest time between two trims, in milliseconds. */
const EVERY_MS = 5_000;

/** The next trim waits this many times as long as the last one took: at most 0.1 % of the time. */
const COST_PARTS = 1_000;

/** Utilization above which a loop has no time to spare. */
const BUSY = 0.5;

/** What the policy sees of a worker. */
export interface TrimSigns {
  /** Utilization of the event loop since the last look, 0 to 1. */
  elu: number;
  /** Requests in flight. */
  inFlight: number;
}

/**
 * Decides when memory that native code has freed is returned to the system: between requests, and
 * the less often the longer it takes.
 */
export class Trims {
  #notBefore = 0;

  /** @returns whether to trim now */
  look({ elu, inFlight }: TrimSigns, now: number): boolean {
    return inFlight === 0 && elu < BUSY && now >= this.#notBefore;
  }

  /** Call it after each trim. */
  took(ms: number, now: number): void {
    this.#notBefore = now + Math.max(EVERY_MS, ms * COST_PARTS);
  }
}
