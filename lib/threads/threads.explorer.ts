import type { DiscoveryService } from '@nestjs/core';

import { type ThreadMethod, threadMethodsOf } from './thread-method.ts';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A decorated method of a provider. */
export interface DiscoveredMethod {
  id: string;
  method: ThreadMethod;
  prototype: object;
  /** The provider's only instance; undefined: it has one for each request, or each user. */
  instance: object | undefined;
  token: Wrapper['token'];
  /** Name of the Nest module that it stands in. */
  host: string;
}

/** Finds the decorated methods of all providers. */
export function discoverThreadMethods(discovery: DiscoveryService): DiscoveredMethod[] {
  return discovery.getProviders().flatMap(methodsOf);
}

/** Ids that belong to more than one provider, each with a sentence that names them. */
export function ambiguities(methods: readonly DiscoveredMethod[]): Map<string, string> {
  const holders = new Map<string, Map<unknown, string>>();
  for (const { id, instance, token, host } of methods) {
    const own = holders.get(id) ?? new Map<unknown, string>();
    // An alias is another token of the same instance.
    holders.set(id, own.set(instance ?? token, `${String(nameOf(token))} in ${host}`));
  }
  const found = [...holders].filter(([, own]) => own.size > 1);
  return new Map(
    found.map(([id, own]) => {
      return [id, `${id} is ambiguous: ${[...own.values()].join(', ')}`];
    }),
  );
}

function methodsOf(wrapper: Wrapper): DiscoveredMethod[] {
  const { token, host } = wrapper;
  const instance = onlyInstanceOf(wrapper);
  const prototype = prototypeOf(wrapper, instance);
  if (prototype === undefined) return [];
  const found = [...threadMethodsOf(prototype)];
  return found.map(([key, method]) => ({
    id: method.options.id ?? `${prototype.constructor.name}.${String(key)}`,
    method,
    prototype,
    instance,
    token,
    host: host?.name ?? 'a module',
  }));
}

function onlyInstanceOf(wrapper: Wrapper): object | undefined {
  const { isTransient } = wrapper;
  if (isTransient || !wrapper.isDependencyTreeStatic()) return undefined;
  const instance: unknown = wrapper.instance;
  return typeof instance === 'object' && instance !== null ? instance : undefined;
}

function prototypeOf({ metatype }: Wrapper, instance: object | undefined): object | undefined {
  if (instance !== undefined)
    return (Object.getPrototypeOf(instance) as object | null) ?? undefined;
  return (metatype as { prototype?: object } | null)?.prototype;
}

function nameOf(token: Wrapper['token']): unknown {
  return typeof token === 'function' ? token.name : token;
}
