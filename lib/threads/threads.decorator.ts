import { isPoolThread } from '../common/pool-thread.ts';
import { wrapMethod } from '../common/wrap-method.ts';
import type { AutoOffload } from './auto-offload.ts';
import { runtimeOf } from './offload-runtime.ts';
import {
  markThreadMethod,
  type OffloadRule,
  type ThreadKind,
  type ThreadMethod,
  type ThreadMethodOptions,
} from './thread-method.ts';

/** Decorates methods that return a promise: the result of another thread can't be there at once. */
export type Offloadable<A extends unknown[]> = <R>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<(...args: A) => Promise<R>>,
) => void;

/**
 * Runs the method in a thread of the pool for work of the processor. Runs it here where it is
 * called in such a thread, and on objects that are not providers of a Nest application.
 *
 * @throws ThreadPoolBusyError (from calls) when the pool's queue is full, or the time that is left
 * would pass in it
 * @throws ThreadSerializationError (from calls) when arguments or result can't be copied
 * @throws ThreadLostError, ThreadTimeoutError, ContextAbortError (from calls)
 * @example
 * @CpuBound()
 * async render(receipt: Receipt): Promise<Buffer> { ... }
 */
export function CpuBound<A extends unknown[]>(options?: ThreadMethodOptions<A>): Offloadable<A> {
  return threadMethod('cpu', undefined, options);
}

/**
 * The same for calls of which `when` says so; the others run here. With `autoOffload()` it is
 * learnt which ones are worth the way to another thread.
 *
 * @example
 * @CpuBoundIf((csv: Buffer) => csv.length > 64 * 1024)
 * async summarize(csv: Buffer): Promise<Summary> { ... }
 */
export function CpuBoundIf<A extends unknown[]>(
  when: ((...args: A) => boolean) | AutoOffload,
  options?: ThreadMethodOptions<A>,
): Offloadable<A> {
  return threadMethod('cpu', when as OffloadRule, options);
}

/**
 * Runs the method in a thread of the pool for work that blocks without using the processor:
 * synchronous databases, native libraries that wait. Not for what is asynchronous already.
 */
export function IoBound<A extends unknown[]>(options?: ThreadMethodOptions<A>): Offloadable<A> {
  return threadMethod('io', undefined, options);
}

function threadMethod<A extends unknown[]>(
  kind: ThreadKind,
  when: OffloadRule,
  options: ThreadMethodOptions<A> = {},
): Offloadable<A> {
  const decorate = wrapMethod((original) => {
    // What is known of the types ends here: arguments pass through.
    const method: ThreadMethod = { kind, when, options: options, original };
    const wrapper = function offloaded(this: unknown, ...args: unknown[]): unknown {
      if (isPoolThread()) return original.apply(this, args);
      const outcome = runtimeOf(this)?.call(this as object, method, args);
      return outcome ?? original.apply(this, args);
    };
    markThreadMethod(wrapper, method);
    return wrapper;
  });
  return decorate;
}
