/** Bytes that own their memory, so that it can be given away. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** One way to have something done in another thread; each has one thread. */
export interface Side {
  /** Nothing there, nothing back. */
  nothing(): PromiseLike<unknown>;
  /** Copied there and back. */
  echo(value: unknown): PromiseLike<unknown>;
  /** Given away there and back; undefined: it can't give results away. */
  move?: (bytes: Bytes) => PromiseLike<Bytes>;
  /** What a request has around its calls. @default nothing */
  within?: <T>(calls: () => Promise<T>) => Promise<T>;
}
