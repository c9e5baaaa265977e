/** Maximum number of values to visit. */
const MOST_VALUES = 256;

/** Bytes assumed for a value without a length. */
const SMALL = 8;

/** Items visited from which the rest is extrapolated. */
const TELLING = 16;

interface Budget {
  left: number;
}

/**
 * Estimates the size of arguments in bytes: texts and memory by their length, long lists by their
 * first items.
 */
export function approximateSize(args: readonly unknown[]): number {
  const budget = { left: MOST_VALUES };
  return args.reduce((sum: number, value) => sum + sizeOf(value, budget), 0);
}

function sizeOf(value: unknown, budget: Budget): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return SMALL;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return value.byteLength;
  if (Array.isArray(value)) return itemsSize(value as unknown[], value.length, budget);
  if (value instanceof Map) return itemsSize(bothOf(value), 2 * value.size, budget);
  if (value instanceof Set) return itemsSize(value, value.size, budget);
  const keys = Object.keys(value);
  return itemsSize(valuesOf(value as Record<string, unknown>, keys), keys.length, budget);
}

function itemsSize(items: Iterable<unknown>, count: number, budget: Budget): number {
  let size = 0;
  let looked = 0;
  for (const item of items) {
    if (budget.left-- <= 0) break;
    size += sizeOf(item, budget);
    looked++;
  }
  const rest = count - looked;
  return SMALL + size + rest * (looked >= TELLING ? size / looked : SMALL);
}

function* valuesOf(value: Record<string, unknown>, keys: readonly string[]): Generator {
  for (const key of keys) yield value[key];
}

function* bothOf(map: ReadonlyMap<unknown, unknown>): Generator {
  for (const entry of map) yield* entry;
}
