import { objectOption } from '../common/options.ts';
import { isPoolThread } from '../common/pool-thread.ts';
import { markUse } from '../common/use-marks.ts';
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
 * @throws TypeError for an option that is not known
 * @throws DecoratorUseError (when the application starts) on methods of controllers
 * @throws ThreadPoolBusyError (from calls) when the pool's queue is full, or the time that is left
 * would pass in it
 * @throws ThreadSerializationError (from calls) when arguments or result can't be copied
 * @throws ThreadLostError, ThreadTimeoutError, ContextAbortError (from calls)
 * @example
 * @CpuBound()
 * async render(receipt: Receipt): Promise<Buffer> { ... }
 */
export function CpuBound<A extends unknown[]>(options?: ThreadMethodOptions<A>): Offloadable<A> {
  return threadMethod('@CpuBound', { kind: 'cpu' }, options);
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
  return threadMethod('@CpuBoundIf', { kind: 'cpu', when: when as OffloadRule }, options);
}

/**
 * Runs the method in a thread of the pool for work that blocks without using the processor:
 * synchronous databases, native libraries that wait. Not for what is asynchronous already.
 */
export function IoBound<A extends unknown[]>(options?: ThreadMethodOptions<A>): Offloadable<A> {
  return threadMethod('@IoBound', { kind: 'io' }, options);
}

const OPTIONS = ['id', 'pool', 'timeoutMs', 'cancel', 'transfer', 'size'] as const;

function threadMethod<A extends unknown[]>(
  decorator: string,
  { kind, when }: { kind: ThreadKind; when?: OffloadRule },
  given: ThreadMethodOptions<A> = {},
): Offloadable<A> {
  const options = objectOption(decorator, given, OPTIONS);
  const decorate = wrapMethod((original) => {
    // What is known of the types ends here: arguments pass through.
    const method: ThreadMethod = { kind, when, options, original };
    const wrapper = function offloaded(this: unknown, ...args: unknown[]): unknown {
      if (isPoolThread()) return original.apply(this, args);
      const outcome = runtimeOf(this)?.call(this as object, method, args);
      return outcome ?? original.apply(this, args);
    };
    markThreadMethod(wrapper, method);
    return wrapper;
  });
  return (target, key, descriptor) => {
    decorate(target, key, descriptor);
    if (descriptor.value === undefined) return;
    markUse(descriptor.value, { decorator, feature: 'threads', on: 'provider' });
  };
}
