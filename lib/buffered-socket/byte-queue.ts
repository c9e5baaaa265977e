import { allocateCopy } from './copies.ts';
import { DelimiterSearch, type Delimiter } from './delimiter-search.ts';
import type { Piece, PieceList } from './piece.ts';

/**
 * - `view`: shares memory with the chunk that it came in, and so keeps all of that in memory.
 * - `own`: keeps at most as much again in memory as itself, or 8 KiB.
 */
export type Hold = 'view' | 'own';

const EMPTY = Buffer.alloc(0);

const BYTE = 256;

/** A view of at least this part of its memory counts as `own`. */
const LARGE_PART = 0.5;

/**
 * Bytes in the order in which they came, as a list of the chunks that they came in. Nothing is
 * copied when a chunk comes, and only what spans several chunks is put together, once, when it is
 * taken.
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
  /** Bytes of the first piece that are taken. */
  #offset = 0;
  #length = 0;
  #position = 0;

  get length(): number {
    return this.#length;
  }

  /** Bytes that were taken before the first one that is here; less what was put back. */
  get position(): number {
    return this.#position;
  }

  get first(): Piece | undefined {
    return this.#first;
  }

  get offset(): number {
    return this.#offset;
  }

  /** Adds a chunk at the end. It is not copied. */
  push(bytes: Buffer): void {
    if (bytes.length === 0) return;
    const piece: Piece = { bytes, next: undefined };
    if (this.#last === undefined) this.#first = piece;
    else this.#last.next = piece;
    this.#last = piece;
    this.#length += bytes.length;
  }

  /** Puts bytes back at the front. They are not copied. */
  unshift(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#search.reset();
    this.#trimFirst();
    this.#first = { bytes, next: this.#first };
    this.#last ??= this.#first;
    this.#length += bytes.length;
    this.#position -= bytes.length;
  }

  /** The byte at `index`; undefined beyond the end. */
  at(index: number): number | undefined {
    let at = index + this.#offset;
    for (let piece = this.#first; piece !== undefined; piece = piece.next) {
      if (at < piece.bytes.length) return piece.bytes[at];
      at -= piece.bytes.length;
    }
    return undefined;
  }

  /**
   * The unsigned integer of `size` bytes (1 to 6) at `index`, its highest byte first; undefined
   * where one of them lies beyond the end.
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
   * Where `delimiter` begins; -1 if it does not within the first `limit` bytes, or not yet. Goes on
   * where the last search for the same delimiter stopped.
   */
  find(delimiter: Delimiter, limit: number): number {
    return this.#search.find(this, delimiter, limit);
  }

  /**
   * Takes what stands before `delimiter`, and drops that, if both lie in the first chunk and in the
   * first `limit` bytes; undefined: look for it with `find`. Most messages are found here, so the
   * way is short.
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

  /** The first `size` bytes, which stay. @throws RangeError if there are fewer */
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
      // The short way of most messages: the chunk that they stand in stays the first one.
      this.#offset = end;
      this.#length -= size;
      this.#position += size;
      return first.bytes.subarray(start, end);
    }
    const bytes = this.peek(size, hold);
    this.skip(size);
    return bytes;
  }

  /** Takes what is left of the first chunk, but at most `size` bytes; some must be there. */
  takeSome(size: number, hold: Hold): Buffer {
    const available = (this.#first?.bytes.length ?? 0) - this.#offset;
    return this.take(Math.min(size, available), hold);
  }

  /** Takes the first `size` bytes and drops them. @throws RangeError if there are fewer */
  skip(size: number): void {
    if (size > this.#length) throw this.#tooFew(size);
    this.#length -= size;
    this.#position += size;
    this.#offset += size;
    const first = this.#first;
    if (first !== undefined && this.#offset >= first.bytes.length) this.#leaveFirst(first);
  }

  /** Lets go of the pieces that are taken whole. */
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

  /** Takes everything, chunk by chunk. */
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

/** Not with `readUInt32BE`, which V8 does not inline: that takes longer. */
function uintIn(bytes: Buffer, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) value = value * BYTE + (bytes[at] ?? 0);
  return value;
}
