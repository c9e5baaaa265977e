import 'reflect-metadata';

/** Any method: what wraps one passes arguments and result through. */
export type AnyMethod = (this: unknown, ...args: unknown[]) => unknown;

/**
 * A method decorator that puts `wrap(method)` in the method's place. Metadata that decorators below
 * this one have left on the method (routes, patterns, guards) move along.
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
