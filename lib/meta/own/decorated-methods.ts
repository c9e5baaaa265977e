import 'reflect-metadata';
import { markUse } from '../../common/use-marks.ts';

/** Method with a mark of one of our decorators. */
export interface DecoratedMethod<O> {
  /** `CLASS.METHOD`. */
  id: string;
  options: O;
  call: () => unknown;
}

/** Provider as Nest's discovery returns it. */
export interface FoundProvider {
  readonly instance: unknown;
  readonly isTransient: boolean;
}

/** Marks a method for `decorator`; other decorators may wrap the method. */
export function markMethod(
  decorator: string,
  key: symbol,
  options: object,
): (target: object, name: string | symbol, descriptor: { value?: unknown }) => void {
  return (_target, _name, descriptor) => {
    const method = descriptor.value as object;
    Reflect.defineMetadata(key, options, method);
    markUse(method, { decorator, feature: 'meta', on: 'provider' });
  };
}

/** Marked methods of all providers that have one instance. */
export function markedMethods<O>(
  providers: readonly FoundProvider[],
  key: symbol,
): DecoratedMethod<O>[] {
  const instances = new Set(
    providers.flatMap(({ instance, isTransient }) =>
      typeof instance === 'object' && instance !== null && !isTransient ? [instance] : [],
    ),
  );
  return [...instances].flatMap((instance) => methodsOf<O>(instance, key));
}

type Methods = Record<string, (() => unknown) | undefined>;

function methodsOf<O>(instance: object, key: symbol): DecoratedMethod<O>[] {
  return namesOf(instance).flatMap((name) => {
    const method = (instance as Methods)[name];
    if (typeof method !== 'function') return [];
    const options = Reflect.getMetadata(key, method) as O | undefined;
    if (options === undefined) return [];
    const id = `${instance.constructor.name}.${name}`;
    return [{ id, options, call: () => method.call(instance) }];
  });
}

/** Method names on the prototypes; skips getters, since reading one may run anything. */
function namesOf(instance: object): string[] {
  const names = new Set<string>();
  let at = Object.getPrototypeOf(instance) as object | null;
  for (; at !== null && at !== Object.prototype; at = Object.getPrototypeOf(at) as object | null) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (typeof value === 'function' && name !== 'constructor') names.add(name);
    }
  }
  return [...names];
}
