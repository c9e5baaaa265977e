interface Entry {
  at: number;
  order: number;
  run: (() => void) | undefined;
}

/** Events by time, first in first out among those of one time: a binary heap. */
export class Agenda {
  readonly #heap: Entry[] = [];
  #order = 0;

  /** When the next event is due; `Infinity`: there is none. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Infinity;
  }

  /** The returned function takes the event back. */
  add(at: number, run: () => void): () => void {
    const entry: Entry = { at, order: this.#order++, run };
    this.#heap.push(entry);
    this.#rise(this.#heap.length - 1);
    return () => {
      entry.run = undefined;
    };
  }

  /** What is due now, in order; what is added meanwhile is for the next time. */
  takeUntil(now: number): (() => void)[] {
    const due: (() => void)[] = [];
    for (let next = this.#heap[0]; next !== undefined && next.at <= now; next = this.#heap[0]) {
      this.#removeFirst();
      const { run } = next;
      // What was taken back by an earlier one of this turn is not called either.
      if (run !== undefined) due.push(() => next.run?.());
    }
    return due;
  }

  #rise(from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      if (!this.#isBefore(index, above)) return;
      this.#swap(index, above);
      index = above;
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const right = left + 1;
      const below = this.#isBefore(right, left) ? right : left;
      if (!this.#isBefore(below, index)) return;
      this.#swap(index, below);
      index = below;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined) return false;
    if (b === undefined) return true;
    return a.at < b.at || (a.at === b.at && a.order < b.order);
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}
