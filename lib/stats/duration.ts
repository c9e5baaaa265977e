import { type Clock, processClock } from '../common/clock.ts';
import { runToEnd } from '../common/run-to-end.ts';
import { Distribution, type DistributionSnapshot } from './distribution.ts';

/** Running measurement. Ends once: by `end`, or where a `using` declaration leaves its block. */
export interface RunningTimer {
  /** Records the time since the start and returns it, in milliseconds. */
  end(): number;
  [Symbol.dispose](): void;
}

/** Distribution of durations, in milliseconds. */
export class Duration {
  readonly #clock: Clock;
  readonly #times: Distribution;

  constructor(clock: Clock = processClock) {
    this.#clock = clock;
    this.#times = new Distribution(clock);
  }

  record(ms: number): void {
    this.#times.record(ms);
  }

  /** Records a duration at a known time, which saves reading the clock. */
  recordAt(ms: number, now: number): void {
    this.#times.recordAt(ms, now);
  }

  /** Keeps the trace that a recorded duration comes from. */
  exemplify(ms: number, traceId: string): void {
    this.#times.exemplify(ms, traceId);
  }

  /** @example using timer = duration.start(); */
  start(): RunningTimer {
    return new Timer(this.#clock, this.#times);
  }

  /** Runs `fn` and records its duration, even if it fails; times a promise until it settles. */
  time<T>(fn: () => T): T {
    const timer = this.start();
    return runToEnd(fn, () => void timer.end());
  }

  rotate(spanMs: number): void {
    this.#times.rotate(spanMs);
  }

  reset(): void {
    this.#times.reset();
  }

  snapshot(): DistributionSnapshot {
    return this.#times.snapshot();
  }

  totals(): DistributionSnapshot {
    return this.#times.totals();
  }
}

class Timer implements RunningTimer {
  readonly #clock: Clock;
  readonly #times: Distribution;
  readonly #startedAt: number;
  #tookMs: number | undefined;

  constructor(clock: Clock, times: Distribution) {
    this.#clock = clock;
    this.#times = times;
    this.#startedAt = clock.now();
  }

  end(): number {
    if (this.#tookMs !== undefined) return this.#tookMs;
    const now = this.#clock.now();
    this.#tookMs = now - this.#startedAt;
    this.#times.recordAt(this.#tookMs, now);
    return this.#tookMs;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}
