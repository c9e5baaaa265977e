/** Values that are looked at. */
const MOST_VALUES = 256;

/** What a value without a length of its own counts, in bytes. */
const SMALL = 8;

/**
 * About how large arguments are, in bytes: texts and memory count as they are long, and a look at
 * the first values of a collection tells of the others.
 */
export function approximateSize(args: readonly unknown[]): number {
  const budget = { left: MOST_VALUES };
  return args.reduce((sum: number, value) => sum + sizeOf(value, budget), 0);
}

function sizeOf(value: unknown, budget: { left: number }): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return SMALL;
  if (ArrayBuffer.isView(value)) return value.byteLength;
  if (value instanceof ArrayBuffer) return value.byteLength;
  if (value instanceof Map || value instanceof Set) return listSize([...value].flat(), budget);
  return listSize(Array.isArray(value) ? (value as unknown[]) : Object.values(value), budget);
}

function listSize(items: readonly unknown[], budget: { left: number }): number {
  let size = SMALL;
  let looked = 0;
  for (const item of items) {
    if (budget.left-- <= 0) break;
    size += sizeOf(item, budget);
    looked++;
  }
  return looked === 0 ? size + SMALL * items.length : (size * items.length) / looked;
}
