export interface BlockWatchOptions {
  /** How long it must be blocked, in milliseconds. */
  afterMs: number;
  /** Shortest time between two stacks, in milliseconds. */
  everyMs: number;
}

/** The last sign of an event loop. */
export interface LoopSign {
  /** When it was given, in milliseconds. */
  at: number;
  /** When the next one comes unless the loop is blocked, on the same clock. */
  nextAt: number;
}

/** What a look found. */
export type BlockNews =
  /** Its stack should be taken now. */
  | { kind: 'take'; blockedMs: number }
  /** A block of which a stack was asked for is over. */
  | { kind: 'over'; blockedMs: number };

/** Later in a long block its stack is taken again, each time when it has lasted so much longer. */
const AGAIN_FACTOR = 3;

/** So long between two looks, nobody ran. A busy machine delays looks too, but hardly as much. */
const STOP_MS = 1_000;

/**
 * Looks in time that must see the same sign. One alone may come after a stop of the whole process;
 * and where these looks don't come in time, the loop too may merely wait for the processor.
 */
const MIN_LOOKS = 5;

/** Time between looks at a loop that is late, in milliseconds. */
const LOOK_AGAIN_MS = 20;

/** A stack stops the loop while it is taken; usually for less, in milliseconds. */
const USUAL_MS = 100;

/** Stops beyond that take at most this part of the time: 1 in 20. */
const COST_PARTS = 20;

/**
 * Tells from the signs of an event loop when it is blocked. Knows no threads and no clock: it is
 * shown the last sign and the present time, and says when to look again. A look at a loop that is
 * well says that none is needed before the loop could be late: some looks a second are enough.
 *
 * A loop is blocked for at least as long as its next sign is late; so nothing shorter is taken for
 * a block.
 */
export class BlockWatch {
  readonly #options: BlockWatchOptions;
  #sign: LoopSign = { at: NaN, nextAt: NaN };
  #looks = 0;
  #lookedAt = NaN;
  /** Of this block: when its stack is to be taken next. */
  #takeAfterMs: number;
  #isTaken = false;
  #notBefore = -Infinity;

  constructor(options: BlockWatchOptions) {
    this.#options = options;
    this.#takeAfterMs = options.afterMs;
  }

  look(sign: LoopSign, now: number): BlockNews | undefined {
    if (sign.at !== this.#sign.at) return this.#turned(sign, now);
    this.#countLook(now);
    const blockedMs = now - sign.nextAt;
    if (blockedMs < this.#takeAfterMs || this.#looks < MIN_LOOKS) return undefined;
    if (!this.#isTaken && now < this.#notBefore) return undefined;
    this.#takeAfterMs = Math.max(blockedMs, this.#options.everyMs / AGAIN_FACTOR) * AGAIN_FACTOR;
    this.#notBefore = now + this.#options.everyMs;
    this.#isTaken = true;
    return { kind: 'take', blockedMs };
  }

  /**
   * A stack was taken, which stopped the loop for so long: some hundredths of a second, but seconds
   * where neither thread gets much of the processor. The next block waits the longer for its own.
   */
  took(stoppedMs: number, now: number): void {
    const costMs = Math.max(0, stoppedMs - USUAL_MS);
    this.#notBefore = Math.max(this.#notBefore, now + COST_PARTS * costMs);
  }

  /** Milliseconds until the next look. */
  pauseMs(now: number): number {
    const untilLate = this.#sign.nextAt + this.#options.afterMs - now;
    return untilLate > LOOK_AGAIN_MS ? untilLate : LOOK_AGAIN_MS;
  }

  #turned(sign: LoopSign, now: number): BlockNews | undefined {
    const blockedMs = sign.at - this.#sign.nextAt;
    const wasTaken = this.#isTaken;
    this.#sign = sign;
    this.#looks = 0;
    this.#lookedAt = now;
    this.#isTaken = false;
    this.#takeAfterMs = this.#options.afterMs;
    return wasTaken ? { kind: 'over', blockedMs } : undefined;
  }

  /** A look that comes late shows that nobody ran, the watched loop included. */
  #countLook(now: number): void {
    const sinceMs = now - this.#lookedAt;
    this.#lookedAt = now;
    if (sinceMs >= STOP_MS) this.#looks = 0;
    else if (this.#looks === 0 || sinceMs < 2 * LOOK_AGAIN_MS) this.#looks++;
  }
}
