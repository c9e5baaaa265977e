export interface BlockWatchOptions {
  /** How often the watched loop gives a sign, in milliseconds. */
  beatEveryMs: number;
  /** How long it must be blocked, in milliseconds. */
  afterMs: number;
  /** Shortest time between two stacks, in milliseconds. */
  everyMs: number;
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

/** Looks in a row that must see the same beat: one alone may come after a stop of the whole process. */
const MIN_LOOKS = 2;

/**
 * Tells from the beats of an event loop when it is blocked. Knows no threads and no clock: it is
 * shown the time of the last beat and the present time, on the same clock, some times a second.
 *
 * A loop that beats every 50 ms and is silent for 200 ms has been blocked for at least 150 ms; so
 * nothing shorter is taken for a block, and nothing that is longer by a beat is missed.
 */
export class BlockWatch {
  readonly #options: BlockWatchOptions;
  #lastBeat = NaN;
  #looks = 0;
  #lookedAt = NaN;
  #takenAt = -Infinity;
  /** Of this block: when its stack is to be taken next. */
  #takeAfterMs: number;
  #isTaken = false;

  constructor(options: BlockWatchOptions) {
    this.#options = options;
    this.#takeAfterMs = options.afterMs;
  }

  look(lastBeat: number, now: number): BlockNews | undefined {
    if (lastBeat !== this.#lastBeat) return this.#beaten(lastBeat, now);
    this.#countLook(now);
    const blockedMs = now - lastBeat - this.#options.beatEveryMs;
    if (blockedMs < this.#takeAfterMs || this.#looks < MIN_LOOKS) return undefined;
    if (!this.#isTaken && now - this.#takenAt < this.#options.everyMs) return undefined;
    this.#takeAfterMs = Math.max(blockedMs, this.#options.everyMs / AGAIN_FACTOR) * AGAIN_FACTOR;
    this.#takenAt = now;
    this.#isTaken = true;
    return { kind: 'take', blockedMs };
  }

  #beaten(beat: number, now: number): BlockNews | undefined {
    const blockedMs = beat - this.#lastBeat - this.#options.beatEveryMs;
    const wasTaken = this.#isTaken;
    this.#lastBeat = beat;
    this.#looks = 0;
    this.#lookedAt = now;
    this.#isTaken = false;
    this.#takeAfterMs = this.#options.afterMs;
    return wasTaken ? { kind: 'over', blockedMs } : undefined;
  }

  /** A look that comes late shows that nobody ran, the watched loop included. */
  #countLook(now: number): void {
    const isTimely = now - this.#lookedAt < STOP_MS;
    this.#lookedAt = now;
    this.#looks = isTimely ? this.#looks + 1 : 0;
  }
}
