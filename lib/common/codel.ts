export interface CoDelOptions {
  /** Accepted delay of a standing queue. */
  targetMs: number;
  /** Interval over which the smallest delay decides. */
  intervalMs: number;
}

/**
 * Controlled delay, in the variant of folly's executor. If the *smallest* delay of an interval was
 * above the target there is a standing queue; during the next interval items delayed by more than
 * twice the target are dropped. (Nichols and Jacobson, "Controlling Queue Delay", ACM Queue 2012;
 * folly/executors/Codel.)
 */
export class CoDel {
  /** Adjustable at any time: the right target depends on the service time. */
  targetMs: number;
  /** Adjustable at any time; takes effect with the next interval. */
  intervalMs: number;
  #intervalEndsAt = -Infinity;
  #smallestDelayMs = 0;
  #isOverloaded = false;

  constructor({ targetMs, intervalMs }: CoDelOptions) {
    this.targetMs = targetMs;
    this.intervalMs = intervalMs;
  }

  /** Whether the queue was standing during the last interval. */
  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  /**
   * Records the delay of an item that leaves the queue; returns whether to drop it.
   *
   * @param isSample whether the delay counts as a sample of the standing queue; false for an item
   * behind a dropped one, which makes the queue look short
   */
  shouldDrop(delayMs: number, now: number, isSample = true): boolean {
    const sampleMs = isSample ? delayMs : Infinity;
    if (now >= this.#intervalEndsAt) this.#startInterval(sampleMs, now);
    else if (sampleMs < this.#smallestDelayMs) this.#smallestDelayMs = sampleMs;
    return this.#isOverloaded && delayMs > this.longestMs;
  }

  /** Longest delay while the queue stands. */
  get longestMs(): number {
    return 2 * this.targetMs;
  }

  #startInterval(delayMs: number, now: number): void {
    // After a pause longer than an interval, the previous value says nothing.
    const isFresh = now - this.#intervalEndsAt > this.intervalMs;
    this.#isOverloaded = !isFresh && this.#smallestDelayMs > this.targetMs;
    this.#smallestDelayMs = delayMs;
    this.#intervalEndsAt = now + this.intervalMs;
  }
}
