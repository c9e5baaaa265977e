import { types } from 'node:util';

/**
 * Size from which memory is copied here and transferred. In a message it would be copied three
 * times: while the message grows by doubling, when it is written, and when it is read.
 */
export const LARGE_BYTES = 65_536;

/** Copies of memory for one message. */
export class MemoryCopies {
  readonly #wholes = new Map<ArrayBuffer, ArrayBuffer>();
  /** Large copies, to be transferred. */
  readonly given: ArrayBuffer[] = [];

  /** Copies memory once for all its views, so that they keep sharing it. */
  whole(memory: ArrayBuffer): ArrayBuffer {
    const known = this.#wholes.get(memory);
    if (known !== undefined) return known;
    const copy = this.#copy(new Uint8Array(memory));
    this.#wholes.set(memory, copy);
    return copy;
  }

  /** Copies the part of larger memory that a view shows. */
  part({ buffer, byteOffset, byteLength }: ArrayBufferView): ArrayBuffer {
    return this.#copy(new Uint8Array(buffer, byteOffset, byteLength));
  }

  #copy(bytes: Uint8Array): ArrayBuffer {
    // Unpooled and uninitialized memory.
    const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
    copy.set(bytes);
    if (bytes.byteLength >= LARGE_BYTES) this.given.push(copy.buffer);
    return copy.buffer;
  }
}

/** Objects to transfer, which are not copied. */
export type Keep = ReadonlySet<unknown>;

/** Whether memory is worth its own copy. Resizable memory is not: only cloning keeps it so. */
export function isLarge(memory: object, keep: Keep): memory is ArrayBuffer {
  if (!types.isArrayBuffer(memory) || memory.byteLength < LARGE_BYTES) return false;
  return !memory.resizable && !keep.has(memory);
}

/** Whether a view shows only a part of its memory. */
export function isSlack({ buffer, byteLength }: ArrayBufferView, keep: Keep): boolean {
  if (byteLength === buffer.byteLength || buffer instanceof SharedArrayBuffer) return false;
  return !keep.has(buffer);
}

type ViewConstructor = new (memory: ArrayBuffer) => ArrayBufferView;

/** Creates a view of all the memory, of the built-in kind: like cloning, it loses subclasses. */
export function viewLike(view: ArrayBufferView, memory: ArrayBuffer): ArrayBufferView {
  if (view instanceof DataView) return new DataView(memory);
  const kind = (view as ArrayBufferView & { [Symbol.toStringTag]: string })[Symbol.toStringTag];
  const View = (globalThis as unknown as Record<string, ViewConstructor>)[kind] ?? Uint8Array;
  return new View(memory);
}
