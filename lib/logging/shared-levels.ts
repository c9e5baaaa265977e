import type { LevelOverride } from './levels.ts';

const VERSION = 0;
const LENGTH = 1;
const HEADER_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

/** Sufficient for the maximum number of levels with the longest names. */
const BYTES = 160 * 1024;

/** Run-time log levels in memory shared by the threads of a process. */
export class SharedLevels {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #text: Uint8Array;

  constructor(memory = new SharedArrayBuffer(BYTES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory, 0, 2);
    this.#text = new Uint8Array(memory, HEADER_BYTES);
  }

  write(overrides: readonly LevelOverride[]): void {
    const text = new TextEncoder().encode(JSON.stringify(overrides));
    // An odd version marks a write in progress.
    Atomics.add(this.#words, VERSION, 1);
    this.#text.set(text);
    Atomics.store(this.#words, LENGTH, text.length);
    Atomics.add(this.#words, VERSION, 1);
    Atomics.notify(this.#words, VERSION);
  }

  /** Calls `take` with the current levels and on each change; does not keep the thread alive. */
  async follow(take: (overrides: LevelOverride[]) => void): Promise<never> {
    for (;;) {
      const version = Atomics.load(this.#words, VERSION);
      const overrides = this.#read();
      if (overrides !== undefined && version === Atomics.load(this.#words, VERSION)) {
        take(overrides);
        const change = Atomics.waitAsync(this.#words, VERSION, version);
        // oxlint-disable-next-line no-await-in-loop -- one change after another
        if (change.async) await change.value;
      } else {
        // oxlint-disable-next-line no-await-in-loop -- it is written within microseconds
        await new Promise(setImmediate);
      }
    }
  }

  /** Undefined during a write. */
  #read(): LevelOverride[] | undefined {
    if (Atomics.load(this.#words, VERSION) % 2 === 1) return undefined;
    const length = Atomics.load(this.#words, LENGTH);
    if (length === 0) return [];
    // Copies first; a concurrent write changes the version and causes another read.
    const text = new TextDecoder().decode(this.#text.slice(0, length));
    try {
      return JSON.parse(text) as LevelOverride[];
    } catch {
      return undefined;
    }
  }
}
