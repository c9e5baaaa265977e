import { DAY_MS } from '../clock.ts';
import { numberOption, wrongType } from './checks.ts';
import type { Kind } from './kind.ts';
import { thisMachine } from './machine.ts';
import type { GivenOptions, OptionGroup, ResolvedOptions } from './option-group.ts';

/**
 * Makes a check of the options of a call. Without options, which is common, it costs nothing.
 *
 * @param name of the call, which begins the names of its options in errors
 */
export function callOptions<T>(
  name: string,
  group: OptionGroup<T>,
): (given: GivenOptions<T> | undefined) => ResolvedOptions<T> {
  const machine = thisMachine();
  const none = group.check(name, {}, machine);
  return (given) => (given === undefined ? none : group.check(name, given, machine));
}

/** An `AbortSignal`, of any realm. */
export const abortSignal: Kind<AbortSignal> = {
  accepts: '`AbortSignal`',
  check(name, given) {
    const { aborted, addEventListener } = (given ?? {}) as Partial<AbortSignal>;
    if (typeof aborted === 'boolean' && typeof addEventListener === 'function') {
      return given as AbortSignal;
    }
    throw wrongType(name, 'an AbortSignal', given);
  },
};

/** Time limit of a call in milliseconds; `Infinity`: none. */
export const timeLimit: Kind<number> = {
  accepts: '0 to 86,400,000, `Infinity`',
  check: (name, given) => {
    return given === Infinity ? given : numberOption(name, given, { min: 0, max: DAY_MS });
  },
};
