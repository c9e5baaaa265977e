/**
 * Methods of a class by name, including inherited ones. Skips accessors, since reading one may run
 * anything, and what a subclass overrides.
 */
export function classMethods(prototype: object | null): Map<string | symbol, object> {
  const methods = new Map<string | symbol, object>();
  const seen = new Set<string | symbol>(['constructor']);
  let level = prototype;
  while (level !== null && level !== Object.prototype) {
    for (const key of Reflect.ownKeys(level)) {
      if (seen.has(key)) continue;
      seen.add(key);
      const value: unknown = Object.getOwnPropertyDescriptor(level, key)?.value;
      if (typeof value === 'function') methods.set(key, value);
    }
    level = Object.getPrototypeOf(level) as object | null;
  }
  return methods;
}
