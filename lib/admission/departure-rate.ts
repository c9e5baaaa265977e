/** Decay per departure: about the last twenty count. */
const MEMORY = 0.95;

/** Pause after which earlier departures no longer count. */
const FORGET_MS = 5_000;

/**
 * Measures how fast a queue empties: the mean time between departures while others wait. Does not
 * depend on the cause, so it serves queues for places, for threads and for the loop.
 */
export class DepartureRate {
  #departures = 0;
  #spanMs = 0;
  #lastAt = 0;
  /** Last departure that left others waiting, or the first arrival. */
  #since: number | undefined;
  /** False until the first departure: its service began before we watched. */
  #isMeasured = false;

  /** Records an arrival. */
  arrive(now: number): void {
    if (this.#since !== undefined) return;
    if (now - this.#lastAt > FORGET_MS) {
      this.#departures = 0;
      this.#spanMs = 0;
    }
    this.#since = now;
    this.#isMeasured = false;
  }

  /** Records a departure; `isEmpty`: the queue is empty now. */
  depart(now: number, isEmpty: boolean): void {
    if (this.#isMeasured && this.#since !== undefined) {
      this.#spanMs = this.#spanMs * MEMORY + (now - this.#since);
      this.#departures = this.#departures * MEMORY + 1;
    }
    this.#lastAt = now;
    this.#since = isEmpty ? undefined : now;
    this.#isMeasured = true;
  }

  /** Records that the queue emptied without a departure. */
  clear(): void {
    this.#since = undefined;
  }

  /** Mean time between departures, including the current interval. */
  intervalMs(now: number): number {
    const meanMs = this.#departures === 0 ? 0 : this.#spanMs / this.#departures;
    if (this.#since === undefined || !this.#isMeasured) return meanMs;
    return Math.max(meanMs, (this.#spanMs + now - this.#since) / (this.#departures + 1));
  }

  /** Time since the last departure while the queue is not empty. */
  stalledMs(now: number): number {
    return this.#since === undefined ? 0 : now - this.#since;
  }
}
