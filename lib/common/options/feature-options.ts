import { configValues, type ConfigEntry } from './config-values.ts';
import { type Machine, thisMachine } from './machine.ts';
import type { GivenOptions, OptionGroup, ResolvedOptions } from './option-group.ts';

/** The options of one feature. */
export interface FeatureOptions<O, R> {
  /**
   * Checks options and fills in defaults.
   *
   * @param note receives each option with its value and source
   * @throws TypeError or RangeError naming the option that is wrong
   */
  resolve(given?: O, machine?: Machine, note?: (value: ConfigEntry) => void): R;
}

/**
 * Makes a group of options those of a feature; their names begin with `name`.
 *
 * @param finish turns the resolved options into what the feature works with
 */
export function featureOptions<T, R = ResolvedOptions<T>>(
  name: string,
  group: OptionGroup<T>,
  finish: (resolved: ResolvedOptions<T>) => R = (resolved) => resolved as R,
): FeatureOptions<GivenOptions<T>, R> {
  return {
    resolve(given = {} as GivenOptions<T>, machine = thisMachine(), note) {
      const resolved = group.check(name, given, machine);
      if (note !== undefined) configValues(group, name, { given, resolved }).forEach(note);
      return finish(resolved);
    },
  };
}
