export interface BodyRateOptions {
  /** Least mean rate of a body after the grace, in bytes per second. */
  minBytesPerSecond: number;
  /** Time before the rate counts, in milliseconds. */
  graceMs: number;
}

/**
 * Judges whether a client sends its body too slowly: by its mean rate, after a grace. Time in which
 * the application did not read counts for nobody. (Apache's mod_reqtimeout bounds bodies in the
 * same way: 20 s, then 500 bytes a second.)
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

  /** Mean rate so far, in bytes per second; `Infinity` before any time has passed. */
  get bytesPerSecond(): number {
    return this.#sentMs === 0 ? Infinity : (this.#bytes * 1_000) / this.#sentMs;
  }

  /**
   * @param bytes that came so far
   * @param isReading whether the application waits for more
   * @returns whether it is too slow
   */
  look(now: number, bytes: number, isReading: boolean): boolean {
    // Who has just read all that was there did not wait for it.
    if (isReading && this.#wasReading) this.#sentMs += now - this.#lookedAt;
    this.#wasReading = isReading;
    this.#lookedAt = now;
    this.#bytes = bytes - this.#bytesAtStart;
    if (this.#sentMs <= this.#options.graceMs) return false;
    return this.bytesPerSecond < this.#options.minBytesPerSecond;
  }
}
