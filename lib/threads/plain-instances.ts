/** Prototypes whose objects are copied as plain data. */
const known = new WeakSet();

/**
 * Whether an object of a class is copied by its own properties. Those of Node and of native addons
 * may be copied in a way of their own, or not at all, and nothing but a try tells which; one that
 * went well tells it of all objects of the prototype.
 */
export function isPlainInstance(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object;
  if (known.has(prototype)) return true;
  try {
    const copy: unknown = structuredClone(value);
    if (Object.getPrototypeOf(copy) !== Object.prototype) return false;
  } catch {
    // It may be something in it that can't be copied: of the prototype this tells nothing.
    return false;
  }
  known.add(prototype);
  return true;
}
