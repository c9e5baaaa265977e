/** Time between two looks, in milliseconds. */
const LOOK_MS = 10;

/** How late a look may be while other processes merely have their turns, in milliseconds. */
const LATE_MS = 15;

/** For how long the machine stood still, in milliseconds. */
export interface Stood {
  /** In all. */
  stoodMs: number;
  /** At most at once: more than that no single answer was held up. */
  longestMs: number;
}

/** Adds up how late looks were that should be `LOOK_MS` apart. A machine that runs adds nothing. */
export class Standing implements Stood {
  stoodMs = 0;
  longestMs = 0;
  #lookedAt: number;

  constructor(now: number) {
    this.#lookedAt = now;
  }

  look(now: number): void {
    const lateMs = now - this.#lookedAt - LOOK_MS;
    this.#lookedAt = now;
    if (lateMs <= LATE_MS) return;
    this.stoodMs += lateMs;
    this.longestMs = Math.max(this.longestMs, lateMs);
  }
}

/**
 * Does something and notes for how long this process, which waits meanwhile, got no turn at all: the
 * machine stood still, and every limit of time is longer by that.
 */
export async function watchStanding<T>(run: () => Promise<T>): Promise<Stood & { result: T }> {
  const standing = new Standing(performance.now());
  const timer = setInterval(() => standing.look(performance.now()), LOOK_MS);
  try {
    const result = await run();
    standing.look(performance.now());
    return { result, stoodMs: standing.stoodMs, longestMs: standing.longestMs };
  } finally {
    clearInterval(timer);
  }
}
