import { allocateCopy } from './copies.ts';
import { DelimiterSearch, type Delimiter } from './delimiter-search.ts';
import type { Piece, PieceList } from './piece.ts';

/**
 * - `view`: shares memory with its chunk, and so keeps the whole chunk in memory.
 * - `own`: keeps at most its own size more in memory, or 8 KiB.
 */
export type Hold = 'view' | 'own';

const EMPTY = Buffer.alloc(0);

const BYTE = 256;

/** Smallest share of its memory at which a view counts as `own`. */
const LARGE_PART = 0.5;

/**
 * First-in, first-out queue of bytes, as a linked list of chunks. Adding a chunk copies nothing; a
 * result is copied only if it spans chunks, or to meet `own`.
 *
 * ```
 *   first            last
 *   [ . . a b c ] -> [ d e ] -> [ f g h ]
 *         ^ offset
 * ```
 */
export class ByteQueue implements PieceList {
  readonly #search = new DelimiterSearch();
  #first: Piece | undefined;
  #last: Piece | undefined;
  /** Bytes taken of the first piece. */
  #offset = 0;
  #length = 0;
  #position = 0;

  get length(): number {
    return this.#length;
  }

  /** Position in the stream of the first byte: bytes taken, less bytes put back. */
  get position(): number {
    return this.#position;
  }

  get first(): Piece | undefined {
    return this.#first;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Appends a chunk, without a copy. */
  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const piece: Piece = { bytes, next: undefined };
    if (this.#last === undefined) this.#first = piece;
    else this.#last.next = piece;
    this.#last = piece;
    this.#length += bytes.length;
  }

  /** Prepends bytes, without a copy. */
  unshift(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#search.reset();
    this.#trimFirst();
    this.#first = { bytes, next: this.#first };
    this.#last ??= this.#first;
    this.#length += bytes.length;
    this.#position -= bytes.length;
  }

  /** Byte at `index`; undefined beyond the end. */
  at(index: number): number | undefined {
    let at = index + this.#offset;
    for (let piece = this.#first; piece !== undefined; piece = piece.next) {
      if (at < piece.bytes.length) return piece.bytes[at];
      at -= piece.bytes.length;
    }
    return undefined;
  }

  /**
   * Big-endian unsigned integer of `size` bytes (1 to 6) at `index`; undefined if it goes beyond
   * the end.
   */
  uintBE(index: number, size: number): number | undefined {
    const first = this.#first;
    const start = this.#offset + index;
    if (first === undefined || start + size > first.bytes.length) {
      return this.#uintAcross(index, size);
    }
    return uintIn(first.bytes, start, start + size);
  }

  /**
   * Index at which `delimiter` begins; -1 if not found within the first `limit` bytes. Resumes
   * where the last search for the same delimiter stopped.
   */
  find(delimiter: Delimiter, limit: number): number {
    return this.#search.find(this, delimiter, limit);
  }

  /**
   * Takes the bytes before `delimiter`, and skips it, if both lie in the first chunk and the first
   * `limit` bytes; undefined: use `find`. The fast path of most messages.
   */
  takeWithinFirst(delimiter: Delimiter, limit: number, hold: Hold): Buffer | undefined {
    const first = this.#first;
    const start = this.#offset;
    if (first === undefined || this.#search.hasPassed(this.#position)) return undefined;
    const { bytes } = first;
    const index = bytes.indexOf(delimiter.needle, start);
    const taken = index - start + delimiter.bytes.length;
    if (index < 0 || taken > limit) return undefined;
    const message = hold === 'view' ? bytes.subarray(start, index) : this.peek(index - start, hold);
    this.#offset = start + taken;
    this.#length -= taken;
    this.#position += taken;
    if (start + taken >= bytes.length) this.#leaveFirst(first);
    return message;
  }

  /** Returns the first `size` bytes and keeps them. @throws RangeError if there are fewer */
  peek(size: number, hold: Hold = 'own'): Buffer {
    if (size > this.#length) throw this.#tooFew(size);
    const first = this.#first;
    if (first === undefined || size === 0) return EMPTY;
    const end = this.#offset + size;
    if (end > first.bytes.length) return this.#copy(size);
    if (hold === 'own' && size < first.bytes.buffer.byteLength * LARGE_PART) {
      return this.#copy(size);
    }
    return first.bytes.subarray(this.#offset, end);
  }

  /** Takes the first `size` bytes. @throws RangeError if there are fewer */
  take(size: number, hold: Hold = 'own'): Buffer {
    const first = this.#first;
    const start = this.#offset;
    const end = start + size;
    if (hold === 'view' && size > 0 && first !== undefined && end < first.bytes.length) {
      // Fast path of most messages: their chunk stays the first one.
      this.#offset = end;
      this.#length -= size;
      this.#position += size;
      return first.bytes.subarray(start, end);
    }
    const bytes = this.peek(size, hold);
    this.skip(size);
    return bytes;
  }

  /** Takes the rest of the first chunk, but at most `size` bytes. */
  takeSome(size: number, hold: Hold): Buffer {
    const available = (this.#first?.bytes.length ?? 0) - this.#offset;
    return this.take(Math.min(size, available), hold);
  }

  /** Drops the first `size` bytes. @throws RangeError if there are fewer */
  skip(size: number): void {
    if (size > this.#length) throw this.#tooFew(size);
    this.#length -= size;
    this.#position += size;
    this.#offset += size;
    const first = this.#first;
    if (first !== undefined && this.#offset >= first.bytes.length) this.#leaveFirst(first);
  }

  /** Releases pieces that are fully taken. */
  #leaveFirst(left: Piece): void {
    let first: Piece | undefined = left;
    while (first !== undefined && this.#offset >= first.bytes.length) {
      this.#offset -= first.bytes.length;
      first = first.next;
    }
    this.#first = first;
    if (first === undefined) this.#last = undefined;
    this.#search.leave();
  }

  /** Takes all bytes, as a list of chunks. */
  drain(): Buffer[] {
    const chunks: Buffer[] = [];
    while (this.#length > 0) chunks.push(this.takeSome(this.#length, 'view'));
    return chunks;
  }

  #uintAcross(index: number, size: number): number | undefined {
    let value = 0;
    for (let at = index; at < index + size; at++) {
      const byte = this.at(at);
      if (byte === undefined) return undefined;
      value = value * BYTE + byte;
    }
    return value;
  }

  #tooFew(size: number): RangeError {
    return new RangeError(`There are ${this.#length} bytes, which is less than ${size}.`);
  }

  #copy(size: number): Buffer {
    const copy = allocateCopy(size);
    let filled = 0;
    let offset = this.#offset;
    for (let piece = this.#first; piece !== undefined && filled < size; piece = piece.next) {
      filled += piece.bytes.copy(copy, filled, offset, offset + size - filled);
      offset = 0;
    }
    return copy;
  }

  #trimFirst(): void {
    const first = this.#first;
    if (first === undefined || this.#offset === 0) return;
    const trimmed: Piece = { bytes: first.bytes.subarray(this.#offset), next: first.next };
    this.#first = trimmed;
    if (this.#last === first) this.#last = trimmed;
    this.#offset = 0;
  }
}

/** Faster than `readUInt32BE`, which V8 does not inline. */
function uintIn(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * BYTE + (bytes[at] ?? 0);
  return value;
}
