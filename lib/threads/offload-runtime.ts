import { processWide } from '../common/process/process-wide.ts';
import type { ThreadMethod } from './thread-method.ts';

/** Runs calls of one application's decorated methods. */
export interface OffloadRuntime {
  /** Undefined if the method does not belong to this application. */
  call(instance: object, method: ThreadMethod, args: unknown[]): Promise<unknown> | undefined;
  /** Whether the current request belongs to this application. */
  readonly isPresent: boolean;
}

interface Bindings {
  instances: WeakMap<object, OffloadRuntime>;
  /** Prototypes of request-scoped and transient providers. */
  prototypes: WeakMap<object, Set<OffloadRuntime>>;
}

const bindings = processWide<Bindings>('threads', () => ({
  instances: new WeakMap(),
  prototypes: new WeakMap(),
}));

export function bindInstance(instance: object, runtime: OffloadRuntime): void {
  bindings().instances.set(instance, runtime);
}

/** The returned function undoes it: prototypes outlive applications. */
export function bindPrototype(prototype: object, runtime: OffloadRuntime): () => void {
  const { prototypes } = bindings();
  const runtimes = prototypes.get(prototype) ?? new Set();
  prototypes.set(prototype, runtimes.add(runtime));
  return () => void runtimes.delete(runtime);
}

/** Runtime of the application that owns the object, if any. */
export function runtimeOf(instance: unknown): OffloadRuntime | undefined {
  if (typeof instance !== 'object' || instance === null) return undefined;
  const { instances, prototypes } = bindings();
  const own = instances.get(instance);
  if (own !== undefined) return own;
  const runtimes = prototypes.get(Object.getPrototypeOf(instance) as object);
  if (runtimes === undefined || runtimes.size < 2) return runtimes?.values().next().value;
  for (const runtime of runtimes) if (runtime.isPresent) return runtime;
  return undefined;
}
