/** Prototypes of objects that are cloned as plain data. */
const known = new WeakSet();

/**
 * Whether an instance is cloned by its own properties. Objects of Node and of native addons may be
 * cloned in a special way, or not at all, which only a trial shows; one success counts for the
 * whole prototype.
 */
export function isPlainInstance(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object;
  if (known.has(prototype)) return true;
  try {
    const copy: unknown = structuredClone(value);
    if (Object.getPrototypeOf(copy) !== Object.prototype) return false;
  } catch {
    // The cause may be a property, so this says nothing about the prototype.
    return false;
  }
  known.add(prototype);
  return true;
}
