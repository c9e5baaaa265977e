export interface BodyRateOptions {
  /** Minimum mean rate of a body after the grace. */
  minBytesPerSecond: number;
  /** Receiving time before the rate counts. */
  graceMs: number;
}

/**
 * Judges by its mean rate, after a grace, whether a client sends its body too slowly. Time in which
 * the application does not read is left out. Apache's mod_reqtimeout bounds bodies in the same way:
 * 500 bytes per second after 20 s.
 */
export class BodyRate {
  readonly #options: BodyRateOptions;
  readonly #bytesAtStart: number;
  #lookedAt: number;
  #wasReading = true;
  #sentMs = 0;
  #bytes = 0;

  constructor(options: BodyRateOptions, now: number, bytes: number) {
    this.#options = options;
    this.#lookedAt = now;
    this.#bytesAtStart = bytes;
  }

  /** Mean rate so far; `Infinity` of bytes that came before anybody waited for them. */
  get bytesPerSecond(): number {
    if (this.#bytes === 0) return 0;
    return this.#sentMs === 0 ? Infinity : (this.#bytes * 1_000) / this.#sentMs;
  }

  /**
   * @param bytes received so far
   * @param isReading whether the application waits for more
   * @returns whether the body is too slow
   */
  look(now: number, bytes: number, isReading: boolean): boolean {
    // A reader that has only just caught up did not wait during this interval.
    if (isReading && this.#wasReading) this.#sentMs += now - this.#lookedAt;
    this.#wasReading = isReading;
    this.#lookedAt = now;
    this.#bytes = bytes - this.#bytesAtStart;
    if (this.#sentMs <= this.#options.graceMs) return false;
    return this.bytesPerSecond < this.#options.minBytesPerSecond;
  }
}
