/** Entries in the ring; further connections wait in the kernel's backlog. */
export const RING_CAPACITY = 32;

const HEAD = 0;
const TAIL = 1;
const IS_ASLEEP = 2;
const IS_STOPPED = 3;
const BEHIND = 4;
const ENTRIES_AT = 16;
const ENTRY_WORDS = 2;

/** An accepted connection; `fd` is a negated errno when accept failed. */
export interface AcceptedEntry {
  listener: number;
  fd: number;
}

/**
 * Ring from the accept thread to the primary's main thread: one writer, one reader, in shared
 * memory.
 */
export class DescriptorRing {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array;

  constructor(memory?: SharedArrayBuffer) {
    const words = ENTRIES_AT + RING_CAPACITY * ENTRY_WORDS;
    this.memory = memory ?? new SharedArrayBuffer(words * Int32Array.BYTES_PER_ELEMENT);
    this.#words = new Int32Array(this.memory);
  }

  get length(): number {
    // Head and tail grow without bound and wrap at the same value.
    return (Atomics.load(this.#words, TAIL) - Atomics.load(this.#words, HEAD)) | 0;
  }

  get isFull(): boolean {
    return this.length >= RING_CAPACITY;
  }

  get isStopped(): boolean {
    return Atomics.load(this.#words, IS_STOPPED) === 1;
  }

  /** Connections that the writer has accepted but not pushed yet. */
  get behind(): number {
    return Atomics.load(this.#words, BEHIND);
  }

  set behind(count: number) {
    Atomics.store(this.#words, BEHIND, count);
  }

  /** Requires that the ring is not full. */
  push({ listener, fd }: AcceptedEntry): void {
    const tail = Atomics.load(this.#words, TAIL);
    const at = placeOf(tail);
    this.#words[at] = listener;
    this.#words[at + 1] = fd;
    Atomics.store(this.#words, TAIL, (tail + 1) | 0);
  }

  shift(): AcceptedEntry | undefined {
    const head = Atomics.load(this.#words, HEAD);
    if (head === Atomics.load(this.#words, TAIL)) return undefined;
    const at = placeOf(head);
    const entry = { listener: this.#words[at] ?? 0, fd: this.#words[at + 1] ?? -1 };
    const wasFull = this.isFull;
    Atomics.store(this.#words, HEAD, (head + 1) | 0);
    if (wasFull) Atomics.notify(this.#words, HEAD);
    return entry;
  }

  /** Marks the reader as asleep. It must check the ring once more after this call. */
  sleep(): void {
    Atomics.store(this.#words, IS_ASLEEP, 1);
  }

  /** Clears the mark. @returns whether the reader was asleep and needs a wake-up */
  takeSleep(): boolean {
    return Atomics.exchange(this.#words, IS_ASLEEP, 0) === 1;
  }

  /** Blocks the thread until there is space or the ring is stopped. */
  waitForRoom(): void {
    while (this.isFull && !this.isStopped) {
      Atomics.wait(this.#words, HEAD, (Atomics.load(this.#words, TAIL) - RING_CAPACITY) | 0, 1_000);
    }
  }

  stop(): void {
    Atomics.store(this.#words, IS_STOPPED, 1);
    Atomics.notify(this.#words, HEAD);
  }
}

function placeOf(count: number): number {
  return ENTRIES_AT + ((count >>> 0) % RING_CAPACITY) * ENTRY_WORDS;
}
