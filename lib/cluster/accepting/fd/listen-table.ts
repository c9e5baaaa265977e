/** Most sockets that can listen at once, over all listeners. */
export const MAX_LISTENING = 64;

const ENTRY_WORDS = 3;
const EMPTY = 0;

/** A listening socket; `isClosing` once it is to be closed after its last connections. */
export interface ListeningEntry {
  index: number;
  fd: number;
  listener: number;
  /** Whether its clients speak first. */
  clientFirst: boolean;
  isClosing: boolean;
}

/** A socket to listen on. */
export type ListeningSpec = Pick<ListeningEntry, 'fd' | 'listener' | 'clientFirst'>;

/**
 * Sockets of the accept thread, in memory shared with the primary's main thread. Only the accept
 * thread closes a descriptor, so it never accepts on a number that has been reused.
 */
export class ListenTable {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory?: SharedArrayBuffer) {
    this.memory =
      memory ?? new SharedArrayBuffer(MAX_LISTENING * ENTRY_WORDS * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(this.memory);
  }

  /** Sockets marked as closing and still open. */
  get closing(): number {
    return this.entries().filter(({ isClosing }) => isClosing).length;
  }

  /** Sockets that can still be added. */
  get free(): number {
    return MAX_LISTENING - this.entries().length;
  }

  /** @returns false when the table is full */
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

  /** Marks a socket as closing. */
  close(fd: number): void {
    for (const { index, fd: known } of this.entries()) {
      if (known === fd) Atomics.store(this.#words, index * ENTRY_WORDS, -fd);
    }
  }

  /** Removes a socket that the thread has closed. */
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
