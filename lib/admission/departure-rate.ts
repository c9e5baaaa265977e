/** Weight of what was, with each departure: the last twenty count most. */
const MEMORY = 0.95;

/** What was before a pause of this length no longer counts, in milliseconds. */
const FORGET_MS = 5_000;

/**
 * How fast a queue empties: the mean time from one departure to the next while others wait. Knows
 * nothing of why it takes so long, so it serves queues for places, for threads and for the loop.
 */
export class DepartureRate {
  #departures = 0;
  #spanMs = 0;
  #lastAt = 0;
  /** When the last one left whom another one waited behind, or the first one came. */
  #since: number | undefined;
  /** What the first one waits for began before it came, so its wait is no measure. */
  #isMeasured = false;

  /** One begins to wait. */
  arrive(now: number): void {
    if (this.#since !== undefined) return;
    if (now - this.#lastAt > FORGET_MS) {
      this.#departures = 0;
      this.#spanMs = 0;
    }
    this.#since = now;
    this.#isMeasured = false;
  }

  /** One leaves; `isEmpty`: nobody waits behind it. */
  depart(now: number, isEmpty: boolean): void {
    if (this.#isMeasured && this.#since !== undefined) {
      this.#spanMs = this.#spanMs * MEMORY + (now - this.#since);
      this.#departures = this.#departures * MEMORY + 1;
    }
    this.#lastAt = now;
    this.#since = isEmpty ? undefined : now;
    this.#isMeasured = true;
  }

  /** The queue is empty without a departure. */
  clear(): void {
    this.#since = undefined;
  }

  /** Mean time between departures, in milliseconds; a wait that is under way counts already. */
  intervalMs(now: number): number {
    const meanMs = this.#departures === 0 ? 0 : this.#spanMs / this.#departures;
    if (this.#since === undefined || !this.#isMeasured) return meanMs;
    return Math.max(meanMs, (this.#spanMs + now - this.#since) / (this.#departures + 1));
  }

  /** How long nobody has left although someone waits, in milliseconds. */
  stalledMs(now: number): number {
    return this.#since === undefined ? 0 : now - this.#since;
  }
}
