/** A received chunk in a linked list. */
export interface Piece {
  readonly bytes: Buffer;
  next: Piece | undefined;
}

/** A linked list of chunks, the first of which may be partly taken. */
export interface PieceList {
  readonly first: Piece | undefined;
  /** Bytes taken of the first piece. */
  readonly offset: number;
  /** Position in the stream of the first byte: bytes taken, less bytes put back. */
  readonly position: number;
}
