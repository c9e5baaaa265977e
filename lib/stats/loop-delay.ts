import { processClock } from '../common/clock.ts';
import { processWide } from '../common/process/process-wide.ts';

/** Period of sampling. */
const EVERY_MS = 100;

type Listener = (lateMs: number) => void;

/**
 * Event loop lag: how late a timer fires, which is how long all other work waits for the loop. One
 * timer serves all listeners and is never reset, so no stall between two readings is lost. Node's
 * own histogram (`monitorEventLoopDelay`) loses the stall in which it is reset, and wakes an idle
 * process far more often.
 */
export class LoopDelay {
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #lastAt = 0;

  /** Calls `listener` ten times a second, until the returned function is called. */
  listen(listener: Listener): () => void {
    this.#listeners.add(listener);
    if (this.#timer === undefined) this.#start();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #start(): void {
    this.#lastAt = processClock.now();
    this.#timer = setInterval(() => this.#turn(), EVERY_MS).unref();
  }

  #turn(): void {
    const now = processClock.now();
    const lateMs = Math.max(0, now - this.#lastAt - EVERY_MS);
    this.#lastAt = now;
    for (const listener of this.#listeners) listener(lateMs);
  }
}

/** Returns the monitor that the whole process shares. */
export const processLoopDelay = processWide('loop-delay', () => new LoopDelay());
