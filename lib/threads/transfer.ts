// Not by name: an older Node could not even load this package, and say which Node it needs.
import workerThreads, { type Transferable } from 'node:worker_threads';

/** What goes along with a result instead of being copied. */
const lists = new WeakMap<object, readonly Transferable[]>();

/**
 * Says that a method's result gives memory away instead of copying it. Returns the result itself;
 * where the method runs inline nothing happens.
 *
 * @example
 * return transferResult(pixels, [pixels.buffer]);
 */
export function transferResult<T extends object>(value: T, list: readonly Transferable[]): T {
  lists.set(value, list);
  return value;
}

/** What was said of a result, once. */
export function takeTransferList(value: unknown): readonly Transferable[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const list = lists.get(value);
  if (list !== undefined) lists.delete(value);
  return list;
}

/** Without what can't be given away: memory that others share, as that of Node's pool is, is copied. */
export function transferable(
  list: readonly Transferable[] | undefined,
): readonly Transferable[] | undefined {
  return list?.filter((item) => !workerThreads.isMarkedAsUntransferable(item) && !isGone(item));
}

/** It was given away already. */
function isGone(item: Transferable): boolean {
  return item instanceof ArrayBuffer && item.detached;
}
