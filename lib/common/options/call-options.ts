import { LONGEST_TIMER_MS } from '../clock.ts';
import { outOfRange } from '../errors/wrong-use.ts';
import { wrongType } from './checks.ts';
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

/** Checks a signal, by what is used of it: it may be of another realm. */
export function signalOption(name: string, given: unknown): AbortSignal {
  const signal = given as Partial<AbortSignal> | null | undefined;
  const isSignal =
    typeof signal?.aborted === 'boolean' && typeof signal.addEventListener === 'function';
  if (isSignal) return signal as AbortSignal;
  throw wrongType(name, 'an AbortSignal', given);
}

/** An `AbortSignal`, of any realm. */
export const abortSignal: Kind<AbortSignal> = { accepts: '`AbortSignal`', check: signalOption };

/** Checks a time limit: at most what a timer can run, or `Infinity`. */
export function timeoutOption(name: string, given: unknown): number {
  if (typeof given !== 'number') throw wrongType(name, 'a number', given);
  if (given === Infinity || (given >= 0 && given <= LONGEST_TIMER_MS)) return given;
  throw outOfRange(
    `${name} must be from 0 to ${LONGEST_TIMER_MS}, or Infinity. Received ${given}.`,
  );
}

/** Time limit of an operation in milliseconds; `Infinity`: none. */
export const timeLimit: Kind<number> = {
  accepts: '0 to 2,147,483,647, `Infinity`',
  check: timeoutOption,
};

/** Remaining time of a call. Callers compute it, so a negative value means none, not a mistake. */
export const remainingTime: Kind<number> = {
  accepts: timeLimit.accepts,
  check: (name, given) => (Number(given) < 0 ? 0 : timeoutOption(name, given)),
};
