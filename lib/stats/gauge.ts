import type { GaugeSnapshot } from './snapshot.ts';

/** Current value that goes up and down. */
export class Gauge {
  #value = 0;
  #read: (() => number) | undefined;

  set(value: number): void {
    this.#value = value;
  }

  add(count = 1): void {
    this.#value += count;
  }

  /** Reads the value from `read` at every snapshot. */
  observe(read: () => number): void {
    this.#read = read;
  }

  snapshot(): GaugeSnapshot {
    return { value: this.#read?.() ?? this.#value };
  }
}
