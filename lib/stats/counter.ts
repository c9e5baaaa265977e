/** Number of events; it only grows. */
export class Counter {
  #total = 0;
  #read: (() => number) | undefined;

  add(count = 1): void {
    this.#total += count;
  }

  /** Reads the total from `read` at every snapshot: for counts that are kept elsewhere. */
  observe(read: () => number): void {
    this.#read = read;
  }

  /** Sets the total to 0; a total that is read from elsewhere is not affected. */
  reset(): void {
    this.#total = 0;
  }

  snapshot(): { total: number } {
    return { total: this.#read?.() ?? this.#total };
  }
}
