import type { Clock } from '../../common/clock.ts';

/** Time between looks while requests come, in milliseconds: the loop turns anyway. */
const BUSY_MS = 100;

/** Time between looks while nothing comes: each wakes the process. */
const IDLE_MS = 250;

/** Time between beats at least, in milliseconds. */
const BEAT_MS = 200;

/** Time between accounts of what the worker costs, in milliseconds: while it works, and while not. */
const USAGE_MS = 1_000;
const IDLE_USAGE_MS = 5_000;

export interface HeartbeatOptions {
  clock: Clock;
  /** Changes when anything comes in. */
  activity: () => number;
  /** Calls `wake` once, when the next thing comes in. */
  whenActive: (wake: () => void) => void;
  /** At every look; `lateMs`: how late the event loop was. */
  onTurn: (lateMs: number) => void;
  /** The next look comes in so many milliseconds, unless the loop is blocked. */
  onNext: (afterMs: number) => void;
  /** The event loop turns. */
  onBeat: () => void;
  /** An account of what the worker costs is due. */
  onUsage: () => void;
}

/** Shows that the event loop turns, from a timer of the loop itself. Idle, it wakes seldom. */
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

  /** Whatever came in after a pause may block the loop: that is to be seen soon. */
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
