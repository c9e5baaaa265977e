/** Sockets that can listen at once, of all listeners together. */
export const MAX_LISTENING = 64;

const ENTRY_WORDS = 3;
const EMPTY = 0;

/** A socket that listens; `isClosing` when it is to be closed after its last connections. */
export interface ListeningEntry {
  index: number;
  fd: number;
  listener: number;
  /** Its clients speak first. */
  clientFirst: boolean;
  isClosing: boolean;
}

/** A socket that is to be listened on. */
export type ListeningSpec = Pick<ListeningEntry, 'fd' | 'listener' | 'clientFirst'>;

/**
 * The sockets on which the accepting thread accepts, in memory that it shares with the primary's
 * main thread. A descriptor is closed by the thread alone, so it never accepts on a number that
 * means something else by now.
 */
export class ListenTable {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory?: SharedArrayBuffer) {
    this.memory =
      memory ?? new SharedArrayBuffer(MAX_LISTENING * ENTRY_WORDS * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(this.memory);
  }

  /** How many are to be closed and are not yet. */
  get closing(): number {
    return this.entries().filter(({ isClosing }) => isClosing).length;
  }

  /** How many more may listen. */
  get free(): number {
    return MAX_LISTENING - this.entries().length;
  }

  /** @returns whether there was room */
  add({ fd, listener, clientFirst }: ListeningSpec): boolean {
    for (let index = 0; index < MAX_LISTENING; index++) {
      const at = index * ENTRY_WORDS;
      if (Atomics.load(this.#words, at) !== EMPTY) continue;
      this.#words[at + 1] = listener;
      this.#words[at + 2] = clientFirst ? 1 : 0;
      Atomics.store(this.#words, at, fd);
      return true;
    }
    return false;
  }

  /** Asks for a socket to be closed. */
  close(fd: number): void {
    for (const { index, fd: known } of this.entries()) {
      if (known === fd) Atomics.store(this.#words, index * ENTRY_WORDS, -fd);
    }
  }

  /** A socket that was to be closed is closed. */
  closed({ index }: ListeningEntry): void {
    Atomics.store(this.#words, index * ENTRY_WORDS, EMPTY);
  }

  entries(): ListeningEntry[] {
    const entries: ListeningEntry[] = [];
    for (let index = 0; index < MAX_LISTENING; index++) {
      const word = Atomics.load(this.#words, index * ENTRY_WORDS);
      if (word === EMPTY) continue;
      const listener = this.#words[index * ENTRY_WORDS + 1] ?? 0;
      const clientFirst = this.#words[index * ENTRY_WORDS + 2] === 1;
      entries.push({ index, fd: Math.abs(word), listener, clientFirst, isClosing: word < 0 });
    }
    return entries;
  }
}
