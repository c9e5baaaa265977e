/** A monotonic clock in milliseconds. */
export interface Clock {
  now(): number;
}

/**
 * Milliseconds of the machine's monotonic clock, the same in every process of the machine, so that
 * one process can tell another when something ends.
 */
export const monotonicClock: Clock = {
  now() {
    const [seconds, nanoseconds] = process.hrtime();
    return seconds * 1e3 + nanoseconds / 1e6;
  },
};

/** Milliseconds since this process started: cheaper to read, for use within the process. */
export const processClock: Clock = {
  now: () => performance.now(),
};
