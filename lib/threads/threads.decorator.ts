import { refuseStatic } from '../common/nest/decorated-methods.ts';
import { markUse } from '../common/nest/use-marks.ts';
import { wrapMethod } from '../common/nest/wrap-method.ts';
import { wrongType } from '../common/options/checks.ts';
import { thisMachine } from '../common/options/machine.ts';
import { isPoolThread } from '../common/process/pool-thread.ts';
import { AutoOffload } from './auto-offload.ts';
import { runtimeOf } from './offload-runtime.ts';
import type { ThreadKind } from './thread-kinds.ts';
import { type ThreadMethodOptions, threadMethodOptions } from './thread-method.options.ts';
import { markThreadMethod, type OffloadRule, type ThreadMethod } from './thread-method.ts';

/** Decorator for methods that return a promise, since another thread's result takes time. */
export type Offloadable<A extends unknown[]> = <R>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<(...args: A) => Promise<R>>,
) => void;

/**
 * Runs the method in a thread of the `cpu` pool, for CPU-bound work. Runs inline in such a thread,
 * and on objects that are not providers of a Nest application.
 *
 * @throws TypeError or RangeError naming the option that is wrong
 * @throws DecoratorUseError at application start on methods of controllers
 * @throws ThreadPoolBusyError from calls, if the queue is full or the expected wait exceeds the
 * deadline
 * @throws ThreadSerializationError from calls, if arguments or result can't be copied
 * @throws ThreadLostError, ThreadTimeoutError, ContextAbortError from calls
 * @example
 * @CpuBound()
 * async render(receipt: Receipt): Promise<Buffer> { ... }
 */
export function CpuBound<A extends unknown[]>(options?: ThreadMethodOptions<A>): Offloadable<A> {
  return threadMethod('@CpuBound', { kind: 'cpu' }, options);
}

/**
 * Like `@CpuBound`, for calls for which `when` returns true; others run inline. `autoOffload()`
 * learns which calls are worth a round trip to a thread.
 *
 * @example
 * @CpuBoundIf((csv: Buffer) => csv.length > 64 * 1024)
 * async summarize(csv: Buffer): Promise<Summary> { ... }
 */
export function CpuBoundIf<A extends unknown[]>(
  when: ((...args: A) => boolean) | AutoOffload,
  options?: ThreadMethodOptions<A>,
): Offloadable<A> {
  if (typeof when !== 'function' && !(when instanceof AutoOffload)) {
    throw wrongType('The condition of @CpuBoundIf', 'a function or autoOffload()', when);
  }
  return threadMethod('@CpuBoundIf', { kind: 'cpu', when: when as OffloadRule }, options);
}

/**
 * Runs the method in a thread of the `io` pool, for work that blocks without using the CPU:
 * synchronous databases, native libraries. Not for asynchronous work.
 */
export function IoBound<A extends unknown[]>(options?: ThreadMethodOptions<A>): Offloadable<A> {
  return threadMethod('@IoBound', { kind: 'io' }, options);
}

function threadMethod<A extends unknown[]>(
  decorator: string,
  { kind, when }: { kind: ThreadKind; when?: OffloadRule },
  given: ThreadMethodOptions<A> = {},
): Offloadable<A> {
  const options = threadMethodOptions.check(decorator, given, thisMachine());
  const decorate = wrapMethod((original) => {
    // Type information ends here; arguments pass through.
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
    refuseStatic(decorator, target, key);
    decorate(target, key, descriptor);
    if (descriptor.value === undefined) return;
    markUse(descriptor.value, { decorator, feature: 'threads', on: 'provider' });
  };
}
