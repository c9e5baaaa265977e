import type { LevelOverride } from './levels.ts';

const VERSION = 0;
const LENGTH = 1;
const HEADER_BYTES = 2 * Int32Array.BYTES_PER_ELEMENT;

/** Enough for as many levels as may be set, each with the longest name. */
const BYTES = 160 * 1024;

/** Log levels that are set at run time, in memory that the threads of a process share. */
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
    // While it is odd the text is being written.
    Atomics.add(this.#words, VERSION, 1);
    this.#text.set(text);
    Atomics.store(this.#words, LENGTH, text.length);
    Atomics.add(this.#words, VERSION, 1);
    Atomics.notify(this.#words, VERSION);
  }

  /** Calls `take` with what is set now and whenever that changes, without keeping the thread alive. */
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

  /** Undefined: it is being written. */
  #read(): LevelOverride[] | undefined {
    if (Atomics.load(this.#words, VERSION) % 2 === 1) return undefined;
    const length = Atomics.load(this.#words, LENGTH);
    if (length === 0) return [];
    // A copy: it may be written over meanwhile, and then is read again.
    const text = new TextDecoder().decode(this.#text.slice(0, length));
    try {
      return JSON.parse(text) as LevelOverride[];
    } catch {
      return undefined;
    }
  }
}
