import { types } from 'node:util';

/** What of a value can't be copied, and where it stands. */
export interface Uncloneable {
  /** From the value on: `.rows[3].save`; empty: the value itself. */
  path: string;
  /** As in "is a function". */
  what: string;
}

const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/**
 * Whether objects of a prototype can be copied as plain data: objects of Node and of native addons
 * often can't, and nothing but a try tells which.
 */
const isPlainByPrototype = new WeakMap<object, boolean>();

/**
 * Finds the first thing in a value that structured cloning would refuse. Undefined: it would take
 * all of it.
 *
 * @param transfer what is given away, and need not be copied
 */
export function findUncloneable(
  value: unknown,
  transfer: readonly object[] = [],
): Uncloneable | undefined {
  return find(value, '', new Set(transfer));
}

function find(value: unknown, path: string, seen: Set<object>): Uncloneable | undefined {
  if (typeof value === 'function') return { path, what: 'is a function' };
  if (typeof value === 'symbol') return { path, what: 'is a symbol' };
  if (typeof value !== 'object' || value === null) return undefined;
  if (ArrayBuffer.isView(value) || seen.has(value)) return undefined;
  return findInNew(value, path, seen.add(value));
}

function findInNew(value: object, path: string, seen: Set<object>): Uncloneable | undefined {
  if (Array.isArray(value)) return findInList(value, path, seen);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (types.isProxy(value)) return { path, what: 'is a Proxy' };
  if (prototype === Object.prototype || prototype === null) {
    return findInObject(value, path, seen);
  }
  return findInOther(value, path, seen);
}

function findInList(
  list: readonly unknown[],
  path: string,
  seen: Set<object>,
): Uncloneable | undefined {
  if (types.isProxy(list)) return { path, what: 'is a Proxy' };
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    // Most lists are of these: no path is put together for them.
    if (typeof item === 'number' || typeof item === 'string') continue;
    const found = find(item, path, seen);
    if (found !== undefined) return below(found, path, `[${index}]`);
  }
  return undefined;
}

function findInObject(value: object, path: string, seen: Set<object>): Uncloneable | undefined {
  for (const key of Object.keys(value)) {
    const item = read(value, key);
    if (item === THROWS) return { path: path + step(key), what: 'throws when it is read' };
    if (typeof item === 'number' || typeof item === 'string') continue;
    const found = find(item, path, seen);
    if (found !== undefined) return below(found, path, step(key));
  }
  return undefined;
}

function findInOther(value: object, path: string, seen: Set<object>): Uncloneable | undefined {
  if (value instanceof Map) return findInMap(value, path, seen);
  if (value instanceof Set) return findInList([...value], path, seen);
  if (types.isBoxedPrimitive(value)) return isSymbolObject(value, path);
  if (isKnown(value)) return undefined;
  const found = findInObject(value, path, seen);
  if (found !== undefined) return found;
  if (isPlain(value)) return undefined;
  const name = value.constructor?.name ?? 'an object';
  return { path, what: `is ${name === '' ? 'an object' : `a ${name}`}` };
}

function findInMap(
  map: ReadonlyMap<unknown, unknown>,
  path: string,
  seen: Set<object>,
): Uncloneable | undefined {
  for (const [key, item] of map) {
    const found = find(key, path, seen) ?? find(item, path, seen);
    if (found !== undefined) return below(found, path, `.get(${String(key).slice(0, 40)})`);
  }
  return undefined;
}

function isSymbolObject(value: object, path: string): Uncloneable | undefined {
  return types.isSymbolObject(value) ? { path, what: 'is a symbol' } : undefined;
}

/** Kinds that structured cloning has rules for. */
function isKnown(value: object): boolean {
  return types.isDate(value) || types.isRegExp(value) || types.isAnyArrayBuffer(value);
}

/** The prototype decides, so one try for each is enough. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object;
  const known = isPlainByPrototype.get(prototype);
  if (known !== undefined) return known;
  const isCloneable = canBeCloned(value);
  isPlainByPrototype.set(prototype, isCloneable);
  return isCloneable;
}

function canBeCloned(value: object): boolean {
  try {
    structuredClone(value);
    return true;
  } catch {
    return false;
  }
}

const THROWS = Symbol('throws');

function read(value: object, key: string): unknown {
  try {
    return (value as Record<string, unknown>)[key];
  } catch {
    return THROWS;
  }
}

/** A path is put together from its end, when there is something to tell. */
function below(found: Uncloneable, path: string, between: string): Uncloneable {
  return { path: path + between + found.path.slice(path.length), what: found.what };
}

function step(key: string): string {
  return IDENTIFIER.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
