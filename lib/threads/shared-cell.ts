/** An integer shared by threads, readable from synchronous loops. */
export class SharedCell {
  readonly memory: SharedArrayBuffer;
  readonly #cell: Int32Array;

  constructor(memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cell = new Int32Array(memory);
  }

  get value(): number {
    return Atomics.load(this.#cell, 0);
  }

  set value(value: number) {
    Atomics.store(this.#cell, 0, value);
  }
}
