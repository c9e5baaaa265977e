export interface BlockWatchOptions {
  /** How long a loop must be blocked before its stack is taken. */
  thresholdMs: number;
  /** Shortest time between two stacks. */
  minIntervalMs: number;
}

/** Last sign of an event loop. */
export interface LoopSign {
  /** When the sign was given, in milliseconds. */
  at: number;
  /** When the next sign is due on the same clock, unless the loop is blocked. */
  nextAt: number;
}

/** Result of a look. */
export type BlockNews =
  /** Take the stack now. */
  | { kind: 'take'; blockedMs: number }
  /** A block that caused a `take` is over. */
  | { kind: 'over'; blockedMs: number };

/** Factor by which a block must grow before its stack is taken again. */
const AGAIN_FACTOR = 3;

/** Gap between looks that means that the process was stopped: a busy machine delays them less. */
const STOP_MS = 1_000;

/**
 * On-time looks that must see the same sign. The first may follow a stop of the whole process;
 * and where looks are late, the loop too may merely wait for the CPU.
 */
const MIN_LOOKS = 5;

/** Interval between looks at a loop that is late. */
const LOOK_AGAIN_MS = 20;

/** Usual upper bound of the time for which taking a stack stops the loop. */
const USUAL_MS = 100;

/** Stops beyond it may take at most this share of the time: 1 in 20. */
const COST_PARTS = 20;

/**
 * Detects from its signs that an event loop is blocked. Knows neither threads nor a clock: gets the
 * last sign and the time, and returns when to look again; for a healthy loop, not before it could
 * be late, so that a few looks a second suffice.
 *
 * A block lasts at least as long as the next sign is late, so shorter blocks are never reported.
 */
export class BlockWatch {
  readonly #options: BlockWatchOptions;
  #sign: LoopSign = { at: NaN, nextAt: NaN };
  #looks = 0;
  #lookedAt = NaN;
  /** How long the current block must last before its next stack. */
  #takeAfterMs: number;
  #isTaken = false;
  #notBefore = -Infinity;

  constructor(options: BlockWatchOptions) {
    this.#options = options;
    this.#takeAfterMs = options.thresholdMs;
  }

  look(sign: LoopSign, now: number): BlockNews | undefined {
    if (sign.at !== this.#sign.at) return this.#turned(sign, now);
    this.#countLook(now);
    const blockedMs = now - sign.nextAt;
    if (blockedMs < this.#takeAfterMs || this.#looks < MIN_LOOKS) return undefined;
    if (!this.#isTaken && now < this.#notBefore) return undefined;
    this.#takeAfterMs =
      Math.max(blockedMs, this.#options.minIntervalMs / AGAIN_FACTOR) * AGAIN_FACTOR;
    this.#notBefore = now + this.#options.minIntervalMs;
    this.#isTaken = true;
    return { kind: 'take', blockedMs };
  }

  /**
   * Records for how long taking a stack stopped the loop: usually tens of milliseconds, but seconds
   * when both threads get little CPU. The longer it was, the later the next block gets a stack.
   */
  took(stoppedMs: number, now: number): void {
    const costMs = Math.max(0, stoppedMs - USUAL_MS);
    this.#notBefore = Math.max(this.#notBefore, now + COST_PARTS * costMs);
  }

  /** Milliseconds until the next look. */
  pauseMs(now: number): number {
    const untilLate = this.#sign.nextAt + this.#options.thresholdMs - now;
    return untilLate > LOOK_AGAIN_MS ? untilLate : LOOK_AGAIN_MS;
  }

  #turned(sign: LoopSign, now: number): BlockNews | undefined {
    const blockedMs = sign.at - this.#sign.nextAt;
    const wasTaken = this.#isTaken;
    this.#sign = sign;
    this.#looks = 0;
    this.#lookedAt = now;
    this.#isTaken = false;
    this.#takeAfterMs = this.#options.thresholdMs;
    return wasTaken ? { kind: 'over', blockedMs } : undefined;
  }

  /** Counts no late look: this thread did not run, so the watched loop may not have run either. */
  #countLook(now: number): void {
    const sinceMs = now - this.#lookedAt;
    this.#lookedAt = now;
    if (sinceMs >= STOP_MS) this.#looks = 0;
    else if (this.#looks === 0 || sinceMs < 2 * LOOK_AGAIN_MS) this.#looks++;
  }
}
