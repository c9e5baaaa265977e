/** A chunk as it came, in a list. */
export interface Piece {
  readonly bytes: Buffer;
  next: Piece | undefined;
}

/** Chunks in a list, the first of which may be taken in part. */
export interface PieceList {
  readonly first: Piece | undefined;
  /** Bytes of the first piece that are taken. */
  readonly offset: number;
  /** Bytes that were taken before the first one that is here; less what was put back. */
  readonly position: number;
}
