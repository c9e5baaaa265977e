export interface SurgeOptions {
  /** Accepted wait at the head of the queue. */
  targetMs: number;
  /** CoDel's interval, of which a quarter is the window. */
  intervalMs: number;
}

/** A look at a queue. Counts only grow, and wrap at 32 bits. */
export interface SurgeLook {
  /** Connections that have arrived. */
  arrived: number;
  /** Connections that workers have taken. */
  served: number;
  /** Wait at the head; undefined: it says nothing, as right after a refusal. */
  delayMs: number | undefined;
  now: number;
}

type Counts = Pick<SurgeLook, 'arrived' | 'served' | 'now'>;

/** Time over which arrivals are compared with what is served, in intervals of CoDel. */
const WINDOW = 0.25;

/** Arrivals per served connection from which a queue can only grow. */
const FACTOR = 2;

/** Fewest arrivals in a window that say something about their rate. */
const LEAST_ARRIVALS = 10;

/** Counts kept per window. */
const STEPS = 5;

/**
 * Tells an overload at its start, a window after the head of a queue began to wait: connections
 * arrive at least twice as fast as they are served. CoDel needs a whole interval to tell it from a
 * burst. A burst is no surge once nothing more arrives, however long it takes to serve.
 */
export class Surge {
  readonly #targetMs: number;
  readonly #windowMs: number;
  /** Counts of the last window, oldest first. */
  readonly #past: Counts[] = [];
  #waitsSince: number | undefined;

  constructor({ targetMs, intervalMs }: SurgeOptions) {
    this.#targetMs = targetMs;
    this.#windowMs = WINDOW * intervalMs;
  }

  /** Call it with each look. @returns whether there is a surge */
  look({ arrived, served, delayMs, now }: SurgeLook): boolean {
    if (delayMs !== undefined && delayMs <= this.#targetMs) this.#waitsSince = undefined;
    else this.#waitsSince ??= now;
    const counts = { arrived, served, now };
    const past = this.#keep(counts);
    if (past === undefined || now - (this.#waitsSince ?? now) < this.#windowMs) return false;
    return isFlood(past.window, counts, LEAST_ARRIVALS) && isFlood(past.step, counts, 1);
  }

  /** Keeps counts at the resolution of a step. @returns those of a window and of a step ago */
  #keep(counts: Counts): { window: Counts; step: Counts } | undefined {
    const windowMs = this.#windowMs;
    const past = this.#past;
    if (counts.now - (past.at(-1)?.now ?? -Infinity) >= windowMs / STEPS) past.push(counts);
    while ((past[1]?.now ?? Infinity) <= counts.now - windowMs) past.shift();
    const window = past[0];
    if (window === undefined || window.now > counts.now - windowMs) return undefined;
    return { window, step: past.at(-2) ?? window };
  }
}

/** Whether between two looks far more arrived than was served. */
function isFlood(from: Counts, to: Counts, least: number): boolean {
  const came = (to.arrived - from.arrived) | 0;
  const went = (to.served - from.served) | 0;
  return came >= least && came >= FACTOR * went;
}
