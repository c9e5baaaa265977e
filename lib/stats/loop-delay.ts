import { processClock } from '../common/clock.ts';

/** How often the loop is looked at, in milliseconds. */
const EVERY_MS = 100;

type Listener = (lateMs: number) => void;

/**
 * How late a timer fires: what everything that waits for this event loop waits too. One timer for
 * all who want to know; it is never reset, so a stall that lies between two readings is not lost.
 * A histogram of Node's own (`monitorEventLoopDelay`) loses the stall in which it is reset, and
 * wakes an idle process many times more often.
 */
export class LoopDelay {
  readonly #listeners = new Set<Listener>();
  #timer: NodeJS.Timeout | undefined;
  #lastAt = 0;

  /** Calls `listener` ten times a second; the returned function ends that. */
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

/** Shared by all copies of this package in the process: a bundle may bring a second one. */
const slot = Symbol.for('nestjs-buttress.loop-delay');

interface LoopDelaySlot {
  [slot]?: LoopDelay;
}

/** The one of this process. */
export function processLoopDelay(): LoopDelay {
  return ((globalThis as LoopDelaySlot)[slot] ??= new LoopDelay());
}
