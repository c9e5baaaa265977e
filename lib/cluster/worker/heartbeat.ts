import type { Clock } from '../../common/clock.ts';

/** Interval between looks while requests come: the loop turns anyway. */
const BUSY_MS = 100;

/** Interval between looks while nothing comes: each wakes the process. */
const IDLE_MS = 250;

/** Shortest interval between beats. */
const BEAT_MS = 200;

/** Interval between usage readings: busy, then idle. */
const USAGE_MS = 1_000;
const IDLE_USAGE_MS = 5_000;

export interface HeartbeatOptions {
  clock: Clock;
  /** Changes whenever a connection or request comes in. */
  activity: () => number;
  /** Calls `wake` once, when the next one comes in. */
  whenActive: (wake: () => void) => void;
  /** Called at each look with the event loop lag. */
  onTurn: (lateMs: number) => void;
  /** Called with the time until the next look, which comes unless the loop is blocked. */
  onNext: (afterMs: number) => void;
  /** Called to report that the event loop turns. */
  onBeat: () => void;
  /** Called when a usage reading is due. */
  onUsage: () => void;
}

/** Shows that the event loop turns, with a timer of that loop. Wakes rarely while idle. */
export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #activity = -1;
  #dueAt = 0;
  #beatAt = -Infinity;
  #usageAt = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  start(): void {
    this.#next(this.#options.clock.now(), BUSY_MS);
  }

  #turn(): void {
    const now = this.#options.clock.now();
    const { activity: read, onTurn, onBeat, onUsage } = this.#options;
    const activity = read();
    const isBusy = activity !== this.#activity;
    this.#activity = activity;
    onTurn(Math.max(0, now - this.#dueAt));
    if (now - this.#beatAt >= BEAT_MS - 1) {
      this.#beatAt = now;
      onBeat();
    }
    if (now - this.#usageAt >= (isBusy ? USAGE_MS : IDLE_USAGE_MS) - 1) {
      this.#usageAt = now;
      onUsage();
    }
    if (!isBusy) this.#options.whenActive(() => this.#wake());
    this.#next(now, isBusy ? BUSY_MS : IDLE_MS);
  }

  /** Looks soon after a pause: the work that came in may block the loop. */
  #wake(): void {
    const now = this.#options.clock.now();
    if (this.#dueAt - now > BUSY_MS) this.#next(now, BUSY_MS);
  }

  #next(now: number, afterMs: number): void {
    this.#dueAt = now + afterMs;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#turn(), afterMs).unref();
    this.#options.onNext(afterMs);
  }
}
