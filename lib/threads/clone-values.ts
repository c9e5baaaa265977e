import { types } from 'node:util';
import type { Transferable } from 'node:worker_threads';

import { isLarge, isSlack, type Keep, MemoryCopies, viewLike } from './memory-copies.ts';
import { isPlainInstance } from './plain-instances.ts';

/**
 * Limits up to which visited values are not tracked, since a set costs more than revisiting. Beyond
 * them, for large or circular values, it does.
 */
const UNTRACKED = { nodes: 10_000, levels: 64 } as const;

/** Maximum nesting: deeper values can be sent, but may overflow the receiver's stack. */
export const MOST_LEVELS = 500;

/** A value ready to be copied to another thread. */
export interface ClonableValue<T> {
  value: T;
  /** Contained Buffers: copies arrive as plain `Uint8Array`s until they are revived. */
  buffers: Uint8Array[] | undefined;
  /** Memory to transfer: requested by the caller, or copies of large memory. */
  transfer: readonly Transferable[] | undefined;
  /** Total size of those copies. */
  copiedBytes: number;
}

/**
 * Lists checked for named properties: only short and few ones, since the check costs more than
 * visiting all items.
 */
const ASKED_FOR_NAMES = { longest: 64, lists: 8 } as const;

const KEEP_NONE: Keep = new Set();

/**
 * Prepares a value for structured cloning, which copies all the memory behind a view. So it shrinks
 * views of larger buffers, such as Node's pool, and copies large memory here, to be transferred; it
 * then copies the containers around them. Does not modify the value.
 *
 * @param transfer objects to transfer; they and their views keep their memory
 * @throws DataCloneError if nested too deeply
 */
export function clonable<T>(value: T, transfer?: readonly Transferable[]): ClonableValue<T> {
  const keep = transfer === undefined || transfer.length === 0 ? KEEP_NONE : new Set(transfer);
  const look = new Look(keep);
  look.at(value);
  const { buffers } = look;
  if (!look.hasToCopy) return { value, buffers, transfer, copiedBytes: 0 };
  const slim = new SlimCopy(keep);
  const copy = slim.of(value) as T;
  const { given } = slim.memory;
  return {
    value: copy,
    buffers: slim.buffers,
    transfer: [...(transfer ?? []), ...given],
    copiedBytes: given.reduce((sum, { byteLength }) => sum + byteLength, 0),
  };
}

/** Restores the prototype of copied Buffers. */
export function reviveBuffers(buffers: readonly Uint8Array[] | undefined): void {
  if (buffers === undefined) return;
  for (const buffer of buffers) Object.setPrototypeOf(buffer, Buffer.prototype);
}

/** Finds Buffers, and whether any memory is large or larger than its view. */
class Look {
  buffers: Uint8Array[] | undefined;
  hasToCopy = false;
  readonly #keep: Keep;
  #left = UNTRACKED.nodes;
  #level = 0;
  #listsToAsk: number = ASKED_FOR_NAMES.lists;
  /** Visited values; created for large or circular values only. */
  #seen: Set<object> | undefined;

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  at(value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    if (ArrayBuffer.isView(value)) this.#view(value);
    else if (this.#isNew(value)) this.#children(value);
  }

  #children(value: object): void {
    if (this.#level >= MOST_LEVELS) throw new DOMException('nested too deeply', 'DataCloneError');
    this.#level++;
    this.#each(value);
    this.#level--;
  }

  #view(view: ArrayBufferView): void {
    if (Buffer.isBuffer(view)) (this.buffers ??= []).push(view);
    this.hasToCopy ||= isSlack(view, this.#keep) || isLarge(view.buffer, this.#keep);
  }

  #isNew(value: object): boolean {
    if (this.#left > 0 && this.#level < UNTRACKED.levels) {
      this.#left--;
      return true;
    }
    this.#seen ??= new Set();
    if (this.#seen.has(value)) return false;
    this.#seen.add(value);
    return true;
  }

  #each(value: object): void {
    if (Array.isArray(value)) this.#list(value);
    else if (hasPlainPrototype(value)) this.#plain(value as Record<string, unknown>);
    else if (isLeaf(value)) this.hasToCopy ||= isLarge(value, this.#keep);
    else if (value instanceof Map) this.#entries(value);
    else if (value instanceof Set) for (const item of value) this.at(item);
    else this.#named(value);
  }

  #list(list: readonly unknown[]): void {
    const isAsked = list.length <= ASKED_FOR_NAMES.longest && this.#listsToAsk-- > 0;
    if (isAsked && hasNames(list)) return this.#named(list);
    for (let at = 0; at < list.length; at++) {
      const item = list[at];
      if (typeof item === 'object' && item !== null) this.at(item);
    }
  }

  /** Uses `for in`: several times as fast as access by `Object.keys`. */
  #plain(value: Record<string, unknown>): void {
    // oxlint-disable-next-line guard-for-in -- there is nothing to inherit from
    for (const key in value) {
      const item = value[key];
      if (typeof item === 'object' && item !== null) this.at(item);
    }
  }

  #named(value: object): void {
    for (const key of Object.keys(value)) this.at((value as Record<string, unknown>)[key]);
  }

  #entries(map: ReadonlyMap<unknown, unknown>): void {
    for (const [key, item] of map) {
      this.at(key);
      this.at(item);
    }
  }
}

/** Copies containers and large memory once each, and shrinks every view. */
class SlimCopy {
  readonly memory = new MemoryCopies();
  readonly #found: Uint8Array[] = [];
  readonly #copies = new Map<object, unknown>();
  readonly #keep: Keep;

  constructor(keep: Keep) {
    this.#keep = keep;
  }

  get buffers(): Uint8Array[] | undefined {
    return this.#found.length === 0 ? undefined : this.#found;
  }

  of(value: unknown): unknown {
    if (typeof value !== 'object' || value === null) return value;
    if (this.#copies.has(value)) return this.#copies.get(value);
    if (ArrayBuffer.isView(value)) return this.#view(value);
    if (Array.isArray(value)) return this.#list(value);
    if (hasPlainPrototype(value) && !types.isProxy(value)) return this.#object(value);
    return this.#special(value);
  }

  #special(value: object): unknown {
    if (isLeaf(value)) return isLarge(value, this.#keep) ? this.memory.whole(value) : value;
    if (value instanceof Map) return this.#map(value);
    if (value instanceof Set) return this.#set(value);
    return this.#isPlainInstance(value) ? this.#object(value) : this.#whole(value);
  }

  #isPlainInstance(value: object): boolean {
    return !this.#keep.has(value) && !types.isProxy(value) && isPlainInstance(value);
  }

  /** Keeps an object that is cloned in a special way, or not at all. */
  #whole(value: object): object {
    const look = new Look(this.#keep);
    if (!types.isProxy(value)) look.at(value);
    this.#found.push(...(look.buffers ?? []));
    this.#copies.set(value, value);
    return value;
  }

  #view(view: ArrayBufferView): unknown {
    const memory = this.#memoryFor(view);
    const copy = memory === undefined ? view : viewLike(view, memory);
    if (Buffer.isBuffer(view)) this.#found.push(copy as Uint8Array);
    this.#copies.set(view, copy);
    return copy;
  }

  /** New memory for a view; undefined if it keeps its own. */
  #memoryFor(view: ArrayBufferView): ArrayBuffer | undefined {
    if (isSlack(view, this.#keep)) return this.memory.part(view);
    return isLarge(view.buffer, this.#keep) ? this.memory.whole(view.buffer) : undefined;
  }

  /** Uses `push`: a list that was ever longer than its items is serialized as sparse. */
  #list(list: readonly unknown[]): unknown[] {
    const copy: unknown[] = [];
    this.#copies.set(list, copy);
    for (let at = 0; at < list.length && Object.hasOwn(list, at); at++) {
      copy.push(this.of(list[at]));
    }
    if (copy.length < list.length || hasNames(list)) this.#keys(list, copy);
    return copy;
  }

  /** Copies a list by its keys; preserves holes. */
  #keys(list: readonly unknown[], copy: unknown[]): void {
    copy.length = list.length;
    for (const key of Object.keys(list)) {
      (copy as Record<string, unknown> & unknown[])[key] = this.of(
        (list as Record<string, unknown> & readonly unknown[])[key],
      );
    }
  }

  #map(map: ReadonlyMap<unknown, unknown>): Map<unknown, unknown> {
    const copy = new Map<unknown, unknown>();
    this.#copies.set(map, copy);
    for (const [key, item] of map) copy.set(this.of(key), this.of(item));
    return copy;
  }

  #set(set: ReadonlySet<unknown>): Set<unknown> {
    const copy = new Set<unknown>();
    this.#copies.set(set, copy);
    for (const item of set) copy.add(this.of(item));
    return copy;
  }

  #object(value: object): Record<string, unknown> {
    const copy: Record<string, unknown> = {};
    this.#copies.set(value, copy);
    for (const key of Object.keys(value)) {
      define(copy, key, this.of((value as Record<string, unknown>)[key]));
    }
    return copy;
  }
}

/** Defines a property; assigning `__proto__` would not. */
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}

/** Whether a list has named properties or trailing holes: names come last among its keys. */
function hasNames(list: readonly unknown[]): boolean {
  const last = list.length === 0 ? undefined : String(list.length - 1);
  return Object.keys(list).at(-1) !== last;
}

function hasPlainPrototype(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Whether an object has no children to visit. */
function isLeaf(value: object): boolean {
  return (
    value instanceof Date ||
    value instanceof RegExp ||
    value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer ||
    value instanceof Error
  );
}
