/** A look at the queue: when, and how many connections had arrived by then. */
interface Mark {
  readonly at: number;
  readonly arrived: number;
}

/** A reading of a queue. Counts are 32 bits wide and wrap. */
export interface Look {
  /** Connections in the queue, read after `left`. */
  waiting: number;
  /** Connections that have left it, from its head. */
  left: number;
  /** When the last of them left, as far as that is known; at most `now`. */
  leftAt: number;
  now: number;
}

/**
 * Ages of connections in a queue of the kernel, which tells only its length. The queue is first in,
 * first out: a connection has arrived by the first look that counted as many as were before it. Ages
 * are exact to the time between two looks, and never too high.
 */
export class Arrivals {
  readonly #marks: Mark[] = [];
  readonly #onLeft: (waitMs: number, count: number) => void;
  #left = 0;

  /** @param onLeft gets the wait of connections that have left the queue, in order */
  constructor(onLeft: (waitMs: number, count: number) => void) {
    this.#onLeft = onLeft;
  }

  look({ waiting, left, leftAt, now }: Look): void {
    this.#leave(left, leftAt);
    // Others accept too, such as the group that this one takes over from.
    if (waiting === 0) this.#marks.length = 0;
    const last = this.#marks.at(-1);
    const arrived = (left + waiting) | 0;
    if (waiting > 0 && (last === undefined || isMore(arrived, last.arrived))) {
      this.#marks.push({ at: now, arrived });
    }
  }

  /**
   * Latest time at which a connection can have arrived; undefined if the queue is shorter.
   *
   * @param behind number of connections before it; 0: the head
   */
  since(behind: number): number | undefined {
    const before = (this.#left + behind) | 0;
    return this.#marks.find(({ arrived }) => isMore(arrived, before))?.at;
  }

  /** Forgets the ages of those that wait: they count from the next look. */
  forget(): void {
    this.#marks.length = 0;
  }

  #leave(left: number, leftAt: number): void {
    for (let before = this.#left; before !== left;) {
      const mark = this.#marks[0];
      const until = mark !== undefined && isMore(left, mark.arrived) ? mark.arrived : left;
      const count = (until - before) | 0;
      // Taken without having been seen, or counted by a faulty worker.
      if (mark === undefined || count < 0) {
        this.#onLeft(0, Math.max(0, (left - before) | 0));
        break;
      }
      this.#onLeft(Math.max(0, leftAt - mark.at), count);
      before = until;
      if (!isMore(mark.arrived, until)) this.#marks.shift();
    }
    this.#left = left;
  }
}

function isMore(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}
