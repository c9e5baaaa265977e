import 'reflect-metadata';

/** Any method; a wrapper passes arguments and result through. */
export type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

/**
 * Method decorator that replaces the method by `wrap(method)`. Copies metadata set by decorators
 * below this one (routes, patterns, guards).
 */
export function wrapMethod(
  wrap: (method: AnyMethod, name: string, owner: string) => AnyMethod,
): MethodDecorator {
  return (target, key, descriptor) => {
    const holder = descriptor as TypedPropertyDescriptor<unknown>;
    const method = holder.value as AnyMethod;
    const wrapper = wrap(method, String(key), target.constructor.name);
    for (const metadataKey of Reflect.getMetadataKeys(method) as unknown[]) {
      const metadata: unknown = Reflect.getMetadata(metadataKey, method);
      Reflect.defineMetadata(metadataKey, metadata, wrapper);
    }
    Object.defineProperty(wrapper, 'name', { value: method.name });
    holder.value = wrapper;
  };
}
