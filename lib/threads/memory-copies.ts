import { types } from 'node:util';

/**
 * Memory of so many bytes is copied here and given to the thread, smaller memory goes with its
 * message. A message grows by doubling, is written, and read into memory of its own: three copies
 * where this is one, and none where it arrives.
 */
export const LARGE_BYTES = 65_536;

/** Copies of memory that a message takes along. */
export class MemoryCopies {
  readonly #wholes = new Map<ArrayBuffer, ArrayBuffer>();
  /** Those that are large, to be transferred. */
  readonly given: ArrayBuffer[] = [];

  /** Once for all views of it: what they share they go on sharing. */
  whole(memory: ArrayBuffer): ArrayBuffer {
    const known = this.#wholes.get(memory);
    if (known !== undefined) return known;
    const copy = this.#copy(new Uint8Array(memory));
    this.#wholes.set(memory, copy);
    return copy;
  }

  /** What a view shows of larger memory. */
  part({ buffer, byteOffset, byteLength }: ArrayBufferView): ArrayBuffer {
    return this.#copy(new Uint8Array(buffer, byteOffset, byteLength));
  }

  #copy(bytes: Uint8Array): ArrayBuffer {
    // Memory of its own that need not be cleared.
    const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
    copy.set(bytes);
    if (bytes.byteLength >= LARGE_BYTES) this.given.push(copy.buffer);
    return copy.buffer;
  }
}

/** What is to be transferred, and so is not copied. */
export type Keep = ReadonlySet<unknown>;

/** Whether it is worth a copy of its own. What can change its size keeps that on its way. */
export function isLarge(memory: object, keep: Keep): memory is ArrayBuffer {
  if (!types.isArrayBuffer(memory) || memory.byteLength < LARGE_BYTES) return false;
  return !memory.resizable && !keep.has(memory);
}

/** Whether it shows a part of its memory alone. */
export function isSlack({ buffer, byteLength }: ArrayBufferView, keep: Keep): boolean {
  if (byteLength === buffer.byteLength || buffer instanceof SharedArrayBuffer) return false;
  return !keep.has(buffer);
}

type ViewConstructor = new (memory: ArrayBuffer) => ArrayBufferView;

/** A view of all of it, of the kind that structured cloning makes: subclasses are not kept. */
export function viewLike(view: ArrayBufferView, memory: ArrayBuffer): ArrayBufferView {
  if (view instanceof DataView) return new DataView(memory);
  const kind = (view as ArrayBufferView & { [Symbol.toStringTag]: string })[Symbol.toStringTag];
  const View = (globalThis as unknown as Record<string, ViewConstructor>)[kind] ?? Uint8Array;
  return new View(memory);
}
