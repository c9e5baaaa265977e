/** A claim may take so many times what claims took on average. */
const PATIENCE = 4;

/** Claims that the average looks back on, roughly: a few of one blocked worker hardly change it. */
const MEMORY = 16;

/**
 * How long a worker may take to claim a connection: `shortestMs`, and longer where claims take
 * long. Short of CPU no event loop turns within such a lease: every connection would be taken back
 * just before it is claimed, and offered again, until it is too old. A blocked worker among others
 * that turn still costs the shortest lease.
 */
export class LeaseLength {
  readonly #shortestMs: number;
  #averageMs = 0;

  constructor(shortestMs: number) {
    this.#shortestMs = shortestMs;
  }

  /** For a connection that is too old in `leftMs`: no lease grows beyond that. */
  lengthMs(leftMs: number): number {
    return Math.max(this.#shortestMs, Math.min(PATIENCE * this.#averageMs, leftMs));
  }

  /**
   * A connection was claimed so long after the offer, or taken back so long after it: who is not
   * heard of in time has taken that long at least, and might never be heard of in time.
   */
  took(ms: number): void {
    this.#averageMs += (ms - this.#averageMs) / MEMORY;
  }
}
