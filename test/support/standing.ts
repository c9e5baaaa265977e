/** Time between two looks, in milliseconds. */
const LOOK_MS = 10;

/** How late a look may be while other processes merely have their turns, in milliseconds. */
const LATE_MS = 15;

/** What was done, and for how long the machine stood still meanwhile. */
export interface Watched<T> {
  result: T;
  stoodMs: number;
}

/**
 * Does something and notes for how long this process, which waits meanwhile, got no turn at all: the
 * machine stood still, and every limit of time is longer by that. A machine that runs adds nothing.
 */
export async function watchStanding<T>(run: () => Promise<T>): Promise<Watched<T>> {
  let stoodMs = 0;
  let lookedAt = performance.now();
  const look = (): void => {
    const now = performance.now();
    const lateMs = now - lookedAt - LOOK_MS;
    if (lateMs > LATE_MS) stoodMs += lateMs;
    lookedAt = now;
  };
  const timer = setInterval(look, LOOK_MS);
  try {
    const result = await run();
    look();
    return { result, stoodMs };
  } finally {
    clearInterval(timer);
  }
}
