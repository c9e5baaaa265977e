/** A number that goes up and down: how much of something there is. */
export class Gauge {
  #value = 0;
  #read: (() => number) | undefined;

  set(value: number): void {
    this.#value = value;
  }

  add(count = 1): void {
    this.#value += count;
  }

  /** From now on the value is read from `read` whenever someone looks. */
  observe(read: () => number): void {
    this.#read = read;
  }

  snapshot(): { value: number } {
    return { value: this.#read?.() ?? this.#value };
  }
}
