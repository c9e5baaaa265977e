import { types } from 'node:util';

/** Live objects of one class. */
export interface ClassCount {
  name: string;
  count: number;
  /** Without what they refer to. Exact for `ArrayBuffer`, an estimate for all others. */
  bytes: number;
}

/** Live buffers of a range of sizes: the memory behind `Buffer` and typed arrays. */
export interface BufferCount {
  /** Upper bound, exclusive; null: none. */
  belowBytes: number | null;
  count: number;
  bytes: number;
}

export interface HeapCensus {
  /** Most bytes first. */
  classes: ClassCount[];
  /** By size, smallest first. */
  buffers: BufferCount[];
}

const KIB = 1_024;
const MIB = KIB * KIB;
const BOUNDS: readonly (number | null)[] = [KIB, 64 * KIB, MIB, 16 * MIB, null];

/** Most classes told: a class for each request, as a leak may make, must not flood the pages. */
const MAX_CLASSES = 2_000;

/** Instances of a class whose properties are counted. */
const SAMPLED = 20;

const OBJECT_BYTES = 24;
const SLOT_BYTES = 8;
const MAP_ENTRY_BYTES = 40;

/** Calls the built-in getters: own ones of an object may do anything. */
const sizeOfMap = getterOf(Map.prototype, 'size');
const sizeOfSet = getterOf(Set.prototype, 'size');

interface Counted {
  name: string;
  count: number;
  bytes: number;
  sampled: number;
  sampledBytes: number;
}

/**
 * Counts objects by class. Runs none of their code: proxies are left out, and no getters are called.
 */
export function censusOf(objects: Iterable<object>): HeapCensus {
  const byPrototype = new Map<object | null, Counted>();
  const byName = new Map<string, Counted>();
  const buffers = BOUNDS.map((belowBytes) => ({ belowBytes, count: 0, bytes: 0 }));
  for (const object of objects) {
    if (types.isProxy(object)) continue;
    const prototype = Object.getPrototypeOf(object) as object | null;
    const known = byPrototype.get(prototype) ?? countedOf(nameOf(prototype), byName);
    byPrototype.set(prototype, known);
    known.count++;
    if (types.isAnyArrayBuffer(object)) addBuffer(buffers, object.byteLength);
    add(known, object);
  }
  const classes = [...byName.values()].map(({ name, count, bytes, sampled, sampledBytes }) => {
    const estimate = sampled === 0 ? 0 : (sampledBytes / sampled) * (count - sampled);
    return { name, count, bytes: Math.round(bytes + sampledBytes + estimate) };
  });
  classes.sort((a, b) => b.bytes - a.bytes);
  return { classes: classes.slice(0, MAX_CLASSES), buffers };
}

function countedOf(name: string, byName: Map<string, Counted>): Counted {
  const known = byName.get(name) ?? { name, count: 0, bytes: 0, sampled: 0, sampledBytes: 0 };
  byName.set(name, known);
  return known;
}

/** Adds the size: that of collections always, that of others by samples. */
function add(counted: Counted, object: object): void {
  const bytes = collectionBytes(object);
  if (bytes !== undefined) {
    // Known exactly, so that it takes part in no estimate.
    counted.bytes += bytes;
    return;
  }
  if (counted.sampled >= SAMPLED) return;
  counted.sampled++;
  counted.sampledBytes += OBJECT_BYTES + SLOT_BYTES * Object.getOwnPropertyNames(object).length;
}

function collectionBytes(object: object): number | undefined {
  if (types.isAnyArrayBuffer(object)) return OBJECT_BYTES + object.byteLength;
  if (Array.isArray(object)) return OBJECT_BYTES + SLOT_BYTES * object.length;
  if (types.isTypedArray(object)) return OBJECT_BYTES + 10 * SLOT_BYTES;
  if (types.isMap(object)) return OBJECT_BYTES + MAP_ENTRY_BYTES * sizeOfMap(object);
  if (types.isSet(object)) return OBJECT_BYTES + MAP_ENTRY_BYTES * sizeOfSet(object);
  return undefined;
}

function addBuffer(buffers: BufferCount[], bytes: number): void {
  const range = buffers.find(({ belowBytes }) => belowBytes === null || bytes < belowBytes);
  if (range === undefined) return;
  range.count++;
  range.bytes += bytes;
}

/** Name of the class of a prototype, or of the next one above it that has one. */
function nameOf(prototype: object | null): string {
  for (let at = prototype; at !== null && !types.isProxy(at);) {
    const made = valueOf(at, 'constructor');
    const name = typeof made === 'function' && !types.isProxy(made) ? valueOf(made, 'name') : '';
    if (typeof name === 'string' && name !== '') return name.slice(0, 200);
    at = Object.getPrototypeOf(at) as object | null;
  }
  return '(no class)';
}

/** Value of a property of its own; undefined for getters. */
function valueOf(object: object, name: string): unknown {
  return Object.getOwnPropertyDescriptor(object, name)?.value;
}

function getterOf(prototype: object, name: string): (object: object) => number {
  const property = Object.getOwnPropertyDescriptor(prototype, name);
  return (object) => Number(property?.get?.call(object));
}
