/**
 * FIFO queue with a hard capacity. A ring over an array that doubles up to the capacity, so that a
 * large capacity costs nothing while the queue is short.
 *
 * ```
 *   ring:  [ c d . . a b ]      first = 4, length = 4
 *                    ^ first
 * ```
 */
export class BoundedQueue<T> {
  #ring: (T | undefined)[];
  #first = 0;
  #length = 0;

  constructor(readonly capacity: number) {
    this.#ring = Array.from<T | undefined>({ length: Math.min(16, capacity) });
  }

  get length(): number {
    return this.#length;
  }

  get isFull(): boolean {
    return this.#length >= this.capacity;
  }

  /** Appends an item; returns false when full. */
  push(item: T): boolean {
    if (this.isFull) return false;
    this.#growIfNeeded();
    this.#ring[(this.#first + this.#length) % this.#ring.length] = item;
    this.#length++;
    return true;
  }

  /** Prepends an item; returns false when full. */
  unshift(item: T): boolean {
    if (this.isFull) return false;
    this.#growIfNeeded();
    this.#first = (this.#first - 1 + this.#ring.length) % this.#ring.length;
    this.#ring[this.#first] = item;
    this.#length++;
    return true;
  }

  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#ring[this.#first];
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#ring[this.#first];
    this.#ring[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#ring.length;
    this.#length--;
    return item;
  }

  #growIfNeeded(): void {
    const size = this.#ring.length;
    if (this.#length < size) return;
    const larger = Array.from<T | undefined>({ length: Math.min(size * 2, this.capacity) });
    for (let i = 0; i < this.#length; i++) larger[i] = this.#ring[(this.#first + i) % size];
    this.#ring = larger;
    this.#first = 0;
  }
}
