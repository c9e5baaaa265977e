/** A lease lasts this many times the average claim. */
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
   * A connection was claimed, or taken back, `ms` milliseconds after its offer. Leases that end
   * without a claim count too: else none would ever get longer.
   */
  took(ms: number): void {
    this.#averageMs += (ms - this.#averageMs) / MEMORY;
  }
}
