import { type Clock, processClock } from '../common/clock.ts';
import { Distribution, type DistributionSnapshot } from './distribution.ts';

/** Distribution of the time between events, in milliseconds. */
export class Interval {
  readonly #clock: Clock;
  readonly #gaps: Distribution;
  #lastAt: number | undefined;

  constructor(clock: Clock = processClock) {
    this.#clock = clock;
    this.#gaps = new Distribution(clock);
  }

  /** Records that the event has happened. */
  mark(): void {
    const now = this.#clock.now();
    if (this.#lastAt !== undefined) this.#gaps.recordAt(now - this.#lastAt, now);
    this.#lastAt = now;
  }

  rotate(spanMs: number): void {
    this.#gaps.rotate(spanMs);
  }

  reset(): void {
    this.#gaps.reset();
  }

  snapshot(): DistributionSnapshot {
    return this.#gaps.snapshot();
  }

  totals(): DistributionSnapshot {
    return this.#gaps.totals();
  }
}
