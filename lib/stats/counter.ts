/** A number that only grows: how often something happened. */
export class Counter {
  #total = 0;
  #read: (() => number) | undefined;

  add(count = 1): void {
    this.#total += count;
  }

  /** From now on the total is read from `read` whenever someone looks: for counts kept elsewhere. */
  observe(read: () => number): void {
    this.#read = read;
  }

  /** Begins anew, unless it is read from elsewhere. */
  reset(): void {
    this.#total = 0;
  }

  snapshot(): { total: number } {
    return { total: this.#read?.() ?? this.#total };
  }
}
