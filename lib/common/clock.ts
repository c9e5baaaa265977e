export const DAY_MS = 86_400_000;

/** Longest delay of a timer of Node. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A monotonic clock in milliseconds. */
export interface Clock {
  now(): number;
}

/**
 * The machine's monotonic clock in milliseconds, the same in every process, so that processes can
 * exchange deadlines.
 */
export const monotonicClock: Clock = {
  now: () => performance.now() + START_MS,
};

/** When `performance.now()` was zero. It reads the same clock and allocates nothing. */
const START_MS = hrtimeMs() - performance.now();

function hrtimeMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

/** Milliseconds since process start: cheaper to read, for use within the process. */
export const processClock: Clock = {
  now: () => performance.now(),
};
