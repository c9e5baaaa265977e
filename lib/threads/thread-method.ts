import 'reflect-metadata';
import type { Transferable } from 'node:worker_threads';

import type { AutoOffload } from './auto-offload.ts';

/** What a method that is offloaded waits for: the processor, or something else that blocks. */
export type ThreadKind = 'cpu' | 'io';

/**
 * What becomes of a running call that nobody waits for any more; the caller is told at once.
 *
 * - `cooperative`: the method is told (`ThreadScope`), and its thread is ended when it has not
 *   returned after the pool's `graceMs`.
 * - `terminate`: its thread is ended at once.
 * - `abandon`: the method is told; its thread is busy until the method returns.
 */
export type CancelPolicy = 'cooperative' | 'terminate' | 'abandon';

/** Options of a decorated method. Functions in them run in the caller's thread. */
// oxlint-disable-next-line typescript/no-explicit-any -- inferred from the method, or any at all
export interface ThreadMethodOptions<A extends unknown[] = any[]> {
  /**
   * Name of the method on the way to the thread. Needed where names of classes are minified.
   * @default `CLASS.METHOD`
   */
  id?: string;
  /** A pool of `ThreadsModule`'s `pools`. @default `cpu` or `io`, as the decorator says */
  pool?: string;
  /** Time allowed, in milliseconds, queue included; less when the request has less. @default none */
  timeoutMs?: number;
  /** @default that of the pool */
  cancel?: CancelPolicy;
  /** Of the arguments, what is given away instead of being copied. @default nothing */
  transfer?: (...args: A) => readonly Transferable[];
  /** Size of a call, in bytes or whatever its work grows with: for `autoOffload`. */
  size?: (...args: A) => number;
}

/** Decides for each call whether it is offloaded. */
export type OffloadRule = ((...args: never[]) => boolean) | AutoOffload | undefined;

/** What a decorator leaves on a method. */
export interface ThreadMethod {
  readonly kind: ThreadKind;
  readonly options: ThreadMethodOptions;
  readonly when: OffloadRule;
  /** The method itself. */
  readonly original: (this: unknown, ...args: unknown[]) => unknown;
}

/** Metadata moves along when another decorator puts a wrapper around the method. */
const KEY = Symbol.for('nestjs-buttress.thread-method');

export function markThreadMethod(wrapper: object, method: ThreadMethod): void {
  Reflect.defineMetadata(KEY, method, wrapper);
}

/** What a decorator left on a method; undefined: it is not decorated. */
export function threadMethodOf(method: unknown): ThreadMethod | undefined {
  if (typeof method !== 'function') return undefined;
  return Reflect.getMetadata(KEY, method) as ThreadMethod | undefined;
}

/** The decorated methods of a class, inherited ones included, by their names. */
export function threadMethodsOf(prototype: object): Map<string | symbol, ThreadMethod> {
  const methods = new Map<string | symbol, ThreadMethod>();
  const seen = new Set<string | symbol>();
  let level = prototype as object | null;
  while (level !== null && level !== Object.prototype) {
    for (const key of Reflect.ownKeys(level)) {
      const { value } = Object.getOwnPropertyDescriptor(level, key) ?? {};
      // What a class below overrides is not its method any more.
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
 * The method itself, without its decorator: it runs here.
 *
 * @example
 * await noDefer(this.renderer.render).call(this.renderer, receipt);
 */
export function noDefer<F extends (...args: never[]) => unknown>(method: F): F {
  return (threadMethodOf(method)?.original ?? method) as F;
}
