/**
 * Decides how many requests of a group may be in flight. Provide your own by a factory that takes
 * the group's name: `AdmissionModule.forRoot({ limiter: (group) => new Mine() })`. If it throws,
 * the limit stays and the first failure is logged.
 */
export interface Limiter {
  /** Requests that may be in flight; at least 1, may be fractional. */
  readonly limit: number;
  /**
   * Records a successful answer: status below 400, not a stream. While fewer than a quarter of the
   * limit are in flight, at most one per 25 ms is sampled.
   *
   * @param durationMs from admission to the end of the answer
   * @param inFlight requests in flight when it ended, including itself
   * @param now monotonic time in milliseconds
   */
  sample(durationMs: number, inFlight: number, now: number): void;
}

/** Creates the limiter of a group. */
export type LimiterFactory = (group: string) => Limiter;

/** A constant limit. */
export class FixedLimiter implements Limiter {
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  sample(): void {}
}
