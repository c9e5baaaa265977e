import type { DiscoveryService } from '@nestjs/core';

import { type ThreadMethod, threadMethodsOf } from './thread-method.ts';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** A decorated method of a provider. */
export interface DiscoveredMethod {
  id: string;
  method: ThreadMethod;
  /** Name in the class. */
  key: string | symbol;
  prototype: object;
  /** Singleton instance; undefined for request-scoped and transient providers. */
  instance: object | undefined;
  token: Wrapper['token'];
  /** Name of its Nest module. */
  host: string;
}

/** Finds the decorated methods of all providers. */
export function discoverThreadMethods(discovery: DiscoveryService): DiscoveredMethod[] {
  return discovery.getProviders().flatMap(methodsOf);
}

/** Ids shared by several methods or providers, with a sentence each. */
export function ambiguities(methods: readonly DiscoveredMethod[]): Map<string, string> {
  const found = [...Map.groupBy(methods, ({ id }) => id)].flatMap(([id, all]) => {
    const holders = holdersOf(all);
    const sentence = `${id} is ambiguous: ${holders.join(', ')}`;
    return holders.length < 2 ? [] : ([[id, sentence]] as const);
  });
  return new Map(found);
}

/** Providers and methods behind an id; aliases count once. */
function holdersOf(methods: readonly DiscoveredMethod[]): string[] {
  const byProvider = Map.groupBy(methods, ({ instance, token }) => instance ?? token);
  return [...byProvider.values()].flatMap((own) => {
    const byMethod = new Map(own.map((one) => [one.method, one]));
    const names = [...byMethod.values()].map(({ key }) => String(key));
    const [{ token, host } = { token: '', host: '' }] = own;
    const where = `${String(nameOf(token))} in ${host}`;
    return names.length < 2 ? [where] : names.map((name) => `${name} of ${where}`);
  });
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
    key,
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
