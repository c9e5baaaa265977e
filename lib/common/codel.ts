export interface CoDelOptions {
  /** Delay that may stand in the queue, in milliseconds. @default 20 */
  targetMs?: number;
  /** Span over which the smallest delay decides, in milliseconds. @default 200 */
  intervalMs?: number;
}

/**
 * Controlled delay, in the variant of folly's executor: while the *smallest* delay seen in an
 * interval was above the target there is a standing queue, and in the interval after it items
 * older than twice the target are dropped. (Nichols and Jacobson, "Controlling Queue Delay",
 * ACM Queue 2012; folly/executors/Codel.)
 */
export class CoDel {
  /** May be changed while the queue is in use: what is a long wait depends on what is served. */
  targetMs: number;
  /** May be changed while the queue is in use; counts from the next interval on. */
  intervalMs: number;
  #intervalEndsAt = -Infinity;
  #smallestDelayMs = 0;
  #isOverloaded = false;

  constructor({ targetMs = 20, intervalMs = 200 }: CoDelOptions = {}) {
    this.targetMs = targetMs;
    this.intervalMs = intervalMs;
  }

  /** Whether the queue has been standing for an interval. */
  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  /** Notes the delay of an item that leaves the queue; true when it should be dropped. */
  shouldDrop(delayMs: number, now: number): boolean {
    if (now >= this.#intervalEndsAt) this.#startInterval(delayMs, now);
    else if (delayMs < this.#smallestDelayMs) this.#smallestDelayMs = delayMs;
    return this.#isOverloaded && delayMs > 2 * this.targetMs;
  }

  #startInterval(delayMs: number, now: number): void {
    // Nothing was seen for longer than an interval: what was before says nothing of now.
    const isFresh = now - this.#intervalEndsAt > this.intervalMs;
    this.#isOverloaded = !isFresh && this.#smallestDelayMs > this.targetMs;
    this.#smallestDelayMs = delayMs;
    this.#intervalEndsAt = now + this.intervalMs;
  }
}
