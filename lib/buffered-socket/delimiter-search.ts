import type { Piece, PieceList } from './piece.ts';

/** Byte sequence that ends a message. */
export interface Delimiter {
  readonly bytes: Buffer;
  /** Argument for `indexOf`, which finds a single byte faster as a number. */
  readonly needle: Buffer | number;
}

/** `more`: a match so far, but the bytes end within the delimiter. */
type Match = 'yes' | 'no' | 'more';

/**
 * Resumable search for a delimiter. Scans no byte twice, over any number of chunks, except where a
 * chunk ends within a possible delimiter, whose bytes are compared one by one.
 */
export class DelimiterSearch {
  #delimiter: Delimiter | undefined;
  /** Piece in which the search resumes; undefined: find it from `#position`. */
  #piece: Piece | undefined;
  #at = 0;
  /** Position in the stream at which the search resumes. */
  #position = 0;

  /** Makes the next search start over. */
  reset(): void {
    this.#delimiter = undefined;
    this.#piece = undefined;
  }

  /** Drops the reference to a piece, which would keep it in memory after the queue released it. */
  leave(): void {
    this.#piece = undefined;
  }

  /** Whether the search went beyond `position`. */
  hasPassed(position: number): boolean {
    return this.#position > position;
  }

  find(queue: PieceList, delimiter: Delimiter, limit: number): number {
    this.#enter(queue, delimiter);
    const start = queue.position;
    while (this.#piece !== undefined && this.#position - start < limit) {
      if (this.#findInPiece(this.#piece, delimiter)) return this.#position - start;
      const match = this.#findAcross(this.#piece, delimiter.bytes);
      if (match === 'yes') return this.#position - start;
      const { next } = this.#piece;
      if (match === 'more' || next === undefined) return -1;
      this.#piece = next;
      this.#at = 0;
    }
    return -1;
  }

  #enter(queue: PieceList, delimiter: Delimiter): void {
    const isSame = this.#delimiter === delimiter || isEqual(this.#delimiter, delimiter);
    if (isSame && this.#position > queue.position) {
      if (this.#piece === undefined) this.#walk(queue);
      return;
    }
    this.#delimiter = delimiter;
    this.#piece = queue.first;
    this.#at = queue.offset;
    this.#position = queue.position;
  }

  /** Finds the piece that contains `#position`. */
  #walk(queue: PieceList): void {
    let at = queue.offset + this.#position - queue.position;
    let piece = queue.first;
    while (piece !== undefined && at >= piece.bytes.length && piece.next !== undefined) {
      at -= piece.bytes.length;
      piece = piece.next;
    }
    this.#piece = piece;
    this.#at = at;
  }

  /** Moves to the delimiter if the piece has a whole one, else to where one could still begin. */
  #findInPiece({ bytes }: Piece, { bytes: wanted, needle }: Delimiter): boolean {
    const index = bytes.indexOf(needle, this.#at);
    const next = index >= 0 ? index : Math.max(this.#at, bytes.length - wanted.length + 1);
    this.#position += next - this.#at;
    this.#at = next;
    return index >= 0;
  }

  /** Looks for a delimiter that begins in the rest of the piece and ends in a later one. */
  #findAcross(piece: Piece, wanted: Buffer): Match {
    for (; this.#at < piece.bytes.length; this.#at++, this.#position++) {
      const match = matchAt(piece, this.#at, wanted);
      if (match !== 'no') return match;
    }
    return 'no';
  }
}

function matchAt(first: Piece, start: number, wanted: Buffer): Match {
  let piece = first;
  let at = start;
  for (const byte of wanted) {
    if (at === piece.bytes.length) {
      if (piece.next === undefined) return 'more';
      piece = piece.next;
      at = 0;
    }
    if (piece.bytes[at++] !== byte) return 'no';
  }
  return 'yes';
}

function isEqual(a: Delimiter | undefined, b: Delimiter): boolean {
  return a !== undefined && a.bytes.equals(b.bytes);
}
