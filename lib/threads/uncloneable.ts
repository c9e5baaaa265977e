import { types } from 'node:util';

import { thrownMessage } from '../common/errors/to-error.ts';
import { MOST_LEVELS } from './clone-values.ts';
import { isPlainInstance } from './plain-instances.ts';

/** The part of a value that can't be copied, and its location. */
export interface Uncloneable {
  /** Path from the value: `.rows[3].save`; empty: the value itself. */
  path: string;
  /** Predicate, as in "is a function". */
  what: string;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Maximum length of lists that are checked for named properties. */
const SHORT_LIST = 64;

/**
 * Finds the first part of a value that structured cloning would refuse. Undefined if there is none.
 *
 * @param transfer objects to transfer, which need not be cloneable
 */
export function findUncloneable(
  value: unknown,
  transfer: readonly object[] = [],
): Uncloneable | undefined {
  try {
    return new Search(transfer).find(value);
  } catch (error) {
    const reason = thrownMessage(error);
    return { path: '', what: `cannot be inspected (${reason})` };
  }
}

/** Builds paths only when there is something to report. */
class Search {
  readonly #seen: Set<object>;
  /** Instances that may be cloned in a special way; tried when all else is cloneable. */
  readonly #suspects: { value: object; path: () => string }[] = [];
  readonly #steps: string[] = [];
  #level = 0;

  constructor(transfer: readonly object[]) {
    this.#seen = new Set(transfer);
  }

  find(value: unknown): Uncloneable | undefined {
    const found = this.#at(value);
    if (found !== undefined) return found;
    const suspect = this.#suspects.find((one) => !canBeCloned(one.value));
    return suspect && { path: suspect.path(), what: `is ${nameOf(suspect.value)}` };
  }

  #at(value: unknown): Uncloneable | undefined {
    if (typeof value === 'function') return this.#found('is a function');
    if (typeof value === 'symbol') return this.#found('is a symbol');
    if (typeof value !== 'object' || value === null) return undefined;
    if (this.#seen.has(value)) return undefined;
    this.#seen.add(value);
    if (types.isProxy(value)) return this.#found('is a Proxy');
    if (this.#level >= MOST_LEVELS) return this.#found('is nested too deeply');
    this.#level++;
    const found = this.#in(value);
    this.#level--;
    return found;
  }

  #in(value: object): Uncloneable | undefined {
    if (Array.isArray(value)) return this.#inList(value);
    const prototype = Object.getPrototypeOf(value) as object | null;
    const isPlain = prototype === Object.prototype || prototype === null;
    return isPlain ? this.#inObject(value) : this.#inOther(value);
  }

  #inList(list: readonly unknown[]): Uncloneable | undefined {
    for (let index = 0; index < list.length; index++) {
      const item = list[index];
      // Fast path for the most common items.
      if (typeof item === 'number' || typeof item === 'string') continue;
      const found = this.#below(`[${index}]`, item);
      if (found !== undefined) return found;
    }
    const isOrdinary = Object.getPrototypeOf(list) === Array.prototype;
    if (isOrdinary && list.length > SHORT_LIST) return undefined;
    return this.#inNamed(list);
  }

  #inNamed(list: readonly unknown[]): Uncloneable | undefined {
    const keys = Object.keys(list);
    if (keys.length <= list.length && keys.length === 0) return undefined;
    for (const key of keys.toReversed()) {
      // Named keys come after the indexes.
      if (String(Number(key)) === key) return undefined;
      const found = this.#property(list, key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #inObject(value: object): Uncloneable | undefined {
    for (const key of Object.keys(value)) {
      const found = this.#property(value, key);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #property(holder: object, key: string): Uncloneable | undefined {
    let item: unknown;
    try {
      item = (holder as Record<string, unknown>)[key];
    } catch {
      this.#steps.push(step(key));
      return this.#found('throws when it is read');
    }
    if (typeof item === 'number' || typeof item === 'string') return undefined;
    return this.#below(step(key), item);
  }

  #inOther(value: object): Uncloneable | undefined {
    if (types.isMap(value)) return this.#inMap(value);
    if (types.isSet(value)) return this.#inSet(value);
    if (types.isSymbolObject(value)) return this.#found('is a symbol');
    if (ArrayBuffer.isView(value)) return this.#memory(value.buffer);
    if (types.isAnyArrayBuffer(value)) return this.#memory(value);
    // Cloning an error copies no other own properties.
    if (types.isNativeError(value)) return this.#below('.cause', value.cause);
    if (types.isDate(value) || types.isRegExp(value) || types.isBoxedPrimitive(value)) {
      return undefined;
    }
    return this.#inInstance(value);
  }

  #inInstance(value: object): Uncloneable | undefined {
    const found = this.#inObject(value);
    if (found !== undefined || isPlainInstance(value)) return found;
    const steps = [...this.#steps];
    this.#suspects.push({ value, path: () => steps.join('') });
    return undefined;
  }

  #inMap(map: ReadonlyMap<unknown, unknown>): Uncloneable | undefined {
    for (const [key, item] of map) {
      const at = `.get(${label(key)})`;
      const found = this.#below(at, key) ?? this.#below(at, item);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #inSet(set: ReadonlySet<unknown>): Uncloneable | undefined {
    let index = 0;
    for (const item of set) {
      const found = this.#below(`[${index}]`, item);
      if (found !== undefined) return found;
      index++;
    }
    return undefined;
  }

  #memory(memory: ArrayBufferLike): Uncloneable | undefined {
    const isGone = memory instanceof ArrayBuffer && memory.detached && !this.#seen.has(memory);
    return isGone ? this.#found('is a detached ArrayBuffer') : undefined;
  }

  #below(between: string, item: unknown): Uncloneable | undefined {
    this.#steps.push(between);
    const found = this.#at(item);
    if (found === undefined) this.#steps.pop();
    return found;
  }

  #found(what: string): Uncloneable {
    return { path: this.#steps.join(''), what };
  }
}

function canBeCloned(value: object): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

function nameOf(value: object): string {
  const name: unknown = value.constructor?.name;
  return typeof name === 'string' && name !== '' ? `a ${name}` : 'an object';
}

function label(key: unknown): string {
  return typeof key === 'object' && key !== null ? 'an object' : String(key).slice(0, 40);
}

function step(key: string): string {
  return IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
