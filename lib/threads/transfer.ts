// Namespace import: a missing export would stop an older Node before it can report its version.
import workerThreads, { type Transferable } from 'node:worker_threads';

/** Transfer lists by result. */
const lists = new WeakMap<object, readonly Transferable[]>();

/**
 * Transfers memory with a method's result instead of copying it. Returns the result itself; has no
 * effect inline.
 *
 * @example
 * return transferResult(pixels, [pixels.buffer]);
 */
export function transferResult<T extends object>(value: T, list: readonly Transferable[]): T {
  lists.set(value, list);
  return value;
}

/** Returns the transfer list of a result, and removes it. */
export function takeTransferList(value: unknown): readonly Transferable[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const list = lists.get(value);
  if (list !== undefined) lists.delete(value);
  return list;
}

/** Filters out objects that can't be transferred, such as Node's shared pool; they are copied. */
export function transferable(
  list: readonly Transferable[] | undefined,
): readonly Transferable[] | undefined {
  return list?.filter((item) => !workerThreads.isMarkedAsUntransferable(item) && !isGone(item));
}

/** Whether it was transferred before. */
function isGone(item: Transferable): boolean {
  return item instanceof ArrayBuffer && item.detached;
}
