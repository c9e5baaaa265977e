/**
 * Decides how many requests of a group may be in flight at once. Write your own as a function from
 * the group's name to one of these: `AdmissionModule.forRoot({ limiter: (group) => new Mine() })`.
 * Where it throws, the limit stays what it was, and the first time is logged.
 */
export interface Limiter {
  /** Requests that may be in flight at once; at least 1, need not be whole. */
  readonly limit: number;
  /**
   * A request was answered well: below 400, and not a stream. While fewer than a quarter of the limit
   * are in flight, one in 25 ms is told of.
   *
   * @param durationMs from its admission to the end of its answer
   * @param inFlight how many there were when it ended, itself included
   * @param now in milliseconds, monotonic
   */
  sample(durationMs: number, inFlight: number, now: number): void;
}

/** Makes the limiter of a group. */
export type LimiterFactory = (group: string) => Limiter;

/** A limit that stays what it is. */
export class FixedLimiter implements Limiter {
  readonly limit: number;

  constructor(limit: number) {
    this.limit = limit;
  }

  sample(): void {}
}
