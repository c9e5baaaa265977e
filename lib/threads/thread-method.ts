import 'reflect-metadata';
import type { AutoOffload } from './auto-offload.ts';
import type { ThreadKind } from './thread-kinds.ts';
import type { ResolvedMethodOptions } from './thread-method.options.ts';

/** Decides per call whether to offload it. */
export type OffloadRule = ((...args: never[]) => boolean) | AutoOffload | undefined;

/** Data that a decorator attaches to a method. */
export interface ThreadMethod {
  readonly kind: ThreadKind;
  readonly options: ResolvedMethodOptions;
  readonly when: OffloadRule;
  /** The undecorated method. */
  readonly original: (this: unknown, ...args: unknown[]) => unknown;
}

/** Metadata key; metadata survives wrapping by other decorators. */
const KEY = Symbol.for('nestjs-buttress.thread-method');

export function markThreadMethod(wrapper: object, method: ThreadMethod): void {
  Reflect.defineMetadata(KEY, method, wrapper);
}

/** Decorator data of a method; undefined if it is not decorated. */
export function threadMethodOf(method: unknown): ThreadMethod | undefined {
  if (typeof method !== 'function') return undefined;
  return Reflect.getMetadata(KEY, method) as ThreadMethod | undefined;
}

/** Decorated methods of a class by name, including inherited ones. */
export function threadMethodsOf(prototype: object): Map<string | symbol, ThreadMethod> {
  const methods = new Map<string | symbol, ThreadMethod>();
  const seen = new Set<string | symbol>();
  let level = prototype as object | null;
  while (level !== null && level !== Object.prototype) {
    for (const key of Reflect.ownKeys(level)) {
      const { value } = Object.getOwnPropertyDescriptor(level, key) ?? {};
      // An overridden method does not belong to the class.
      if (seen.has(key)) continue;
      seen.add(key);
      const method = threadMethodOf(value);
      if (method !== undefined) methods.set(key, method);
    }
    level = Object.getPrototypeOf(level) as object | null;
  }
  return methods;
}

/**
 * Returns the undecorated method, which runs in the calling thread.
 *
 * @example
 * await withoutOffload(this.renderer.render).call(this.renderer, receipt);
 */
export function withoutOffload<F extends (...args: never[]) => unknown>(method: F): F {
  return (threadMethodOf(method)?.original ?? method) as F;
}
