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

/** Bytes that are looked at one by one: a message ends within them more often than not. */
const NEAR = 64;

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
    const isWithinFirst = first !== undefined && start + size <= first.bytes.length;
    if (isWithinFirst && size === 4) return first.bytes.readUInt32BE(start);
    let value = 0;
    for (let at = 0; at < size; at++) {
      const byte = isWithinFirst ? first.bytes[start + at] : this.at(index + at);
      if (byte === undefined) return undefined;
      value = value * BYTE + byte;
    }
    return value;
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
    if (first === undefined || this.#search.hasPassed(this.#position)) return undefined;
    const index = indexIn(first.bytes, delimiter.needle, this.#offset);
    const size = index - this.#offset;
    if (index < 0 || size + delimiter.bytes.length > limit) return undefined;
    const bytes =
      hold === 'view' ? first.bytes.subarray(this.#offset, index) : this.peek(size, hold);
    this.skip(size + delimiter.bytes.length);
    return bytes;
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

/** As `indexOf`, whose call into native code costs more than to look at a few bytes. */
function indexIn(bytes: Buffer, needle: Buffer | number, from: number): number {
  if (typeof needle !== 'number') return bytes.indexOf(needle, from);
  const near = Math.min(bytes.length, from + NEAR);
  for (let at = from; at < near; at++) if (bytes[at] === needle) return at;
  return near === bytes.length ? -1 : bytes.indexOf(needle, near);
}
