import { markUse } from '../common/nest/use-marks.ts';
import { wrapMethod } from '../common/nest/wrap-method.ts';
import { thisMachine } from '../common/options/machine.ts';
import type { Counter } from './counter.ts';
import type { Duration } from './duration.ts';
import { processStats } from './process-stats.ts';
import { statisticName } from './statistic-name.ts';
import { type StatisticOptions, statisticOptions } from './statistic.options.ts';

/**
 * Records the duration of a method; times a returned promise until it settles.
 *
 * @param name of the duration @default `methods.CLASS.METHOD`
 * @throws StatsError for a name that can't be exported
 * @throws TypeError or RangeError naming the option that is wrong
 * @example
 * @Timed('receipts.store')
 * async store(receipt: Receipt) { ... }
 */
export function Timed(name?: string, options: StatisticOptions = {}): MethodDecorator {
  statisticOptions.check('@Timed', options, thisMachine());
  return wrapMethod((method, methodName, owner) => {
    markUse(method, { decorator: '@Timed', feature: 'stats', on: 'any' });
    const full = statisticName(name ?? `methods.${owner}.${methodName}`);
    let duration: Duration | undefined;
    return function timed(...args) {
      duration ??= processStats().duration(full, options);
      return duration.time(() => method.apply(this, args));
    };
  });
}

/**
 * Counts the calls of a method.
 *
 * @param name of the counter @default `methods.CLASS.METHOD.calls`
 * @throws StatsError for a name that can't be exported
 * @throws TypeError or RangeError naming the option that is wrong
 */
export function Counted(name?: string, options: StatisticOptions = {}): MethodDecorator {
  statisticOptions.check('@Counted', options, thisMachine());
  return wrapMethod((method, methodName, owner) => {
    markUse(method, { decorator: '@Counted', feature: 'stats', on: 'any' });
    const full = statisticName(name ?? `methods.${owner}.${methodName}.calls`);
    let counter: Counter | undefined;
    return function counted(...args) {
      counter ??= processStats().counter(full, options);
      counter.add();
      return method.apply(this, args);
    };
  });
}
