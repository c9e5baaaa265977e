import type { ByteQueue, Hold } from './byte-queue.ts';

const BYTE = 256;

/** Unread bytes, for parsers of `readMessage`. */
export class UnreadBytes {
  readonly #bytes: ByteQueue;
  readonly #hold: Hold;

  /** @internal */
  constructor(bytes: ByteQueue, hold: Hold) {
    this.#bytes = bytes;
    this.#hold = hold;
  }

  /** Number of unread bytes. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Byte at `index`; undefined if it has not come yet. */
  at(index: number): number | undefined {
    return this.#bytes.at(index);
  }

  /** Big-endian unsigned integer of `size` bytes (1 to 6) at `index`; undefined if incomplete. */
  uintBE(index: number, size: number): number | undefined {
    return this.#bytes.uintBE(index, size);
  }

  /** Little-endian unsigned integer, otherwise like `uintBE`. */
  uintLE(index: number, size: number): number | undefined {
    let value = 0;
    for (let at = index + size - 1; at >= index; at--) {
      const byte = this.#bytes.at(at);
      if (byte === undefined) return undefined;
      value = value * BYTE + byte;
    }
    return value;
  }

  /** Returns the first `size` bytes and keeps them. @throws RangeError if there are fewer */
  peek(size: number): Buffer {
    return this.#bytes.peek(size, this.#hold);
  }

  /** Takes the first `size` bytes. @throws RangeError if there are fewer */
  take(size: number): Buffer {
    return this.#bytes.take(size, this.#hold);
  }

  /** Drops the first `size` bytes. @throws RangeError if there are fewer */
  skip(size: number): void {
    this.#bytes.skip(size);
  }
}
