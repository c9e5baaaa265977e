/** Lease length as a multiple of the average claim time. */
const PATIENCE = 4;

/** Claims in the moving average, roughly: a few of one blocked worker hardly change it. */
const MEMORY = 16;

/**
 * Time that a worker has to claim a connection: `shortestMs`, longer while claims are slow. When
 * CPU is short no event loop turns within the shortest lease: each connection would be taken back
 * just before its claim and offered again, until it is too old. A single blocked worker still costs
 * only the shortest lease.
 */
export class LeaseLength {
  readonly #shortestMs: number;
  #averageMs = 0;

  constructor(shortestMs: number) {
    this.#shortestMs = shortestMs;
  }

  /** @param leftMs time until the connection is too old; caps the extension */
  lengthMs(leftMs: number): number {
    return Math.max(this.#shortestMs, Math.min(PATIENCE * this.#averageMs, leftMs));
  }

  /**
   * Records a claim or an expiry `ms` milliseconds after the offer. Expiries count too: otherwise
   * leases would never get longer.
   */
  took(ms: number): void {
    this.#averageMs += (ms - this.#averageMs) / MEMORY;
  }
}
