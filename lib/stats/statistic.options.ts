import { type Clock, processClock } from '../common/clock.ts';
import { wrongType } from '../common/options/checks.ts';
import { type Kind, option, optional } from '../common/options/kind.ts';
import { choice, text, whole } from '../common/options/kinds.ts';
import { type GivenOf, optionGroup } from '../common/options/option-group.ts';

const maximum = whole({ min: 1, max: 1_000_000 });

const bounds: Kind<readonly number[]> = {
  accepts: 'ascending numbers',
  check(name, given) {
    if (isAscending(given)) return Object.freeze([...given]);
    throw wrongType(name, 'a list of finite numbers in ascending order', given);
  },
};

const unit: Kind<string> = {
  accepts: 'word, or empty for none',
  check(name, given) {
    if (typeof given === 'string' && /^\w*$/.test(given)) return given;
    throw wrongType(name, 'a word of letters, digits and underscores', given);
  },
};

const clock: Kind<Clock> = {
  accepts: 'clock',
  check(name, given) {
    if (typeof (given as Partial<Clock> | null)?.now === 'function') return given as Clock;
    throw wrongType(name, 'an object with a method now()', given);
  },
};

/** Options of each statistic of `Stats`. */
export const statisticOptions = optionGroup({
  /** Human-readable description; by default the name. */
  help: optional(text),
  /** Unit of the values, as Prometheus names it: `bytes`. Durations are exported in seconds. */
  unit: optional(unit),
  /** Upper bounds of its Prometheus buckets, in the exported unit; by default those of its kind. */
  buckets: optional(bounds),
  /**
   * How the gauges of several workers or threads merge: `max` for a version or an extreme, `average` for a ratio. Only gauges have the option.
   */
  merge: option(choice(['sum', 'max', 'min', 'average']), 'sum'),
  /** Maximum number of label sets; by default that of `Stats`. */
  maxSeries: optional(maximum),
});

/** Options of one statistic. */
export interface StatisticOptions extends GivenOf<typeof statisticOptions> {}

/** Options of `new Stats()`. */
export const recorderOptions = optionGroup({
  /** Clock of all statistics; by default that of the process. */
  clock: option(clock, processClock),
  /** Maximum number of label sets per name. */
  maxSeries: option(maximum, 200),
  /** Maximum number of names. */
  maxNames: option(maximum, 1_000),
});

/** Options of `new Stats()`. */
export interface StatsOptions extends GivenOf<typeof recorderOptions> {}

function isAscending(given: unknown): given is readonly number[] {
  if (!Array.isArray(given)) return false;
  return given.every((bound: unknown, index) => {
    return Number.isFinite(bound) && (index === 0 || (bound as number) > given[index - 1]);
  });
}
