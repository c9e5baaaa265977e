import type { Rank } from './priority.ts';

/** Linked-list node of its rank. */
export interface QueueEntry<T> {
  readonly item: T;
  readonly rank: Rank;
  before: QueueEntry<T> | undefined;
  after: QueueEntry<T> | undefined;
}

/** Doubly linked list, FIFO. */
class List<T> {
  first: QueueEntry<T> | undefined;
  last: QueueEntry<T> | undefined;
  length = 0;

  append(entry: QueueEntry<T>): void {
    entry.before = this.last;
    if (this.last === undefined) this.first = entry;
    else this.last.after = entry;
    this.last = entry;
    this.length++;
  }

  remove({ before, after }: QueueEntry<T>): void {
    if (before === undefined) this.first = after;
    else before.after = after;
    if (after === undefined) this.last = before;
    else after.before = before;
    this.length--;
  }
}

/** FIFO within a rank, ranks in order; any item can be removed in constant time. */
export class PriorityQueue<T> {
  readonly #lists: readonly [List<T>, List<T>, List<T>, List<T>] = [
    new List(),
    new List(),
    new List(),
    new List(),
  ];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Next item to come out. */
  get first(): QueueEntry<T> | undefined {
    return this.#lists.find(({ length }) => length > 0)?.first;
  }

  /** Last item to come out. */
  get last(): QueueEntry<T> | undefined {
    return this.#lists.findLast(({ length }) => length > 0)?.last;
  }

  lengthOf(rank: Rank): number {
    return this.#lists[rank].length;
  }

  /** Number of items that come out before a new one of this rank. */
  aheadOf(rank: Rank): number {
    let count = 0;
    for (let above = 0; above <= rank; above++) count += this.#lists[above as Rank].length;
    return count;
  }

  push(item: T, rank: Rank): QueueEntry<T> {
    const entry: QueueEntry<T> = { item, rank, before: undefined, after: undefined };
    this.#lists[rank].append(entry);
    this.#length++;
    return entry;
  }

  /** Removes an entry, which must be in the queue. */
  remove(entry: QueueEntry<T>): void {
    this.#lists[entry.rank].remove(entry);
    this.#length--;
  }
}
