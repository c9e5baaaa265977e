/**
 * Returns the accessor of one value for all copies of this package in the process; a bundle may
 * contain a second copy. `create` runs on first access. Each thread has a value of its own.
 */
export function processWide<T extends object>(name: string, create: () => T): () => T {
  const slot = Symbol.for(`nestjs-buttress.${name}`);
  const slots = globalThis as unknown as Record<symbol, T | undefined>;
  return () => (slots[slot] ??= create());
}
