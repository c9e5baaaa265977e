import { wrapMethod } from '../common/wrap-method.ts';
import type { Counter } from './counter.ts';
import type { Duration } from './duration.ts';
import { processStats } from './process-stats.ts';
import type { StatisticOptions } from './stats.ts';

/**
 * Records the duration of a method; times a returned promise until it settles.
 *
 * @param name of the duration @default `methods.CLASS.METHOD`
 * @example
 * @Timed('receipts.store')
 * async store(receipt: Receipt) { ... }
 */
export function Timed(name?: string, options?: StatisticOptions): MethodDecorator {
  return wrapMethod((method, methodName, owner) => {
    let duration: Duration | undefined;
    return function timed(...args) {
      duration ??= processStats().duration(name ?? `methods.${owner}.${methodName}`, options);
      return duration.time(() => method.apply(this, args));
    };
  });
}

/**
 * Counts the calls of a method.
 *
 * @param name of the counter @default `methods.CLASS.METHOD.calls`
 */
export function Counted(name?: string, options?: StatisticOptions): MethodDecorator {
  return wrapMethod((method, methodName, owner) => {
    let counter: Counter | undefined;
    return function counted(...args) {
      counter ??= processStats().counter(name ?? `methods.${owner}.${methodName}.calls`, options);
      counter.add();
      return method.apply(this, args);
    };
  });
}
