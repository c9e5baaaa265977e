import 'reflect-metadata';
import { wrongOption } from '../errors/wrong-use.ts';
import { classMethods } from './class-methods.ts';
import { markUse, type UseMark } from './use-marks.ts';

/** Method with a mark of one of our decorators. */
export interface DecoratedMethod<O> {
  /** `CLASS.METHOD`. */
  id: string;
  options: O;
  call: () => unknown;
}

/** Provider or controller as Nest's discovery returns it. */
export interface FoundProvider {
  readonly instance: unknown;
  readonly isTransient: boolean;
  isDependencyTreeStatic(): boolean;
}

/** Decorator that keeps `options` at its method; other decorators may wrap the method. */
export function markMethod(
  use: UseMark,
  key: symbol,
  options: object,
): (target: object, name: string | symbol, descriptor: { value?: unknown }) => void {
  return (target, name, { value: method }) => {
    refuseStatic(use.decorator, target, name);
    if (typeof method !== 'function') {
      const where = `${target.constructor.name}.${String(name)}`;
      throw wrongOption(`${use.decorator} is for methods. ${where} is none.`);
    }
    Reflect.defineMetadata(key, options, method);
    markUse(method, use);
  };
}

/** @throws TypeError for a static method: there is no instance of a provider to call it on */
export function refuseStatic(decorator: string, target: object, name: string | symbol): void {
  if (typeof target !== 'function') return;
  const where = `${target.name}.${String(name)}`;
  throw wrongOption(`${decorator} is for methods of instances. ${where} is static.`);
}

/** Marked methods of all providers that have one instance, those of base classes too. */
export function markedMethods<O>(
  providers: readonly FoundProvider[],
  key: symbol,
): DecoratedMethod<O>[] {
  return [...new Set(providers.flatMap(onlyInstanceOf))].flatMap((instance) =>
    methodsOf<O>(instance, key),
  );
}

/** Providers of a request have an instance that was never constructed. */
function onlyInstanceOf(provider: FoundProvider): object[] {
  if (provider.isTransient || !provider.isDependencyTreeStatic()) return [];
  const { instance } = provider;
  return typeof instance === 'object' && instance !== null ? [instance] : [];
}

function methodsOf<O>(instance: object, key: symbol): DecoratedMethod<O>[] {
  const methods = [...classMethods(Object.getPrototypeOf(instance) as object | null)];
  return methods.flatMap(([name, method]) => {
    const options = Reflect.getMetadata(key, method) as O | undefined;
    if (options === undefined) return [];
    const id = `${instance.constructor.name}.${String(name)}`;
    return [{ id, options, call: () => (method as () => unknown).call(instance) }];
  });
}
