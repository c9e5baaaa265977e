import { DAY_MS } from '../common/clock.ts';
import { integerOption, optionName, notLess, wrongType } from '../common/options/checks.ts';
import { derived, type Kind, option } from '../common/options/kind.ts';
import { fraction, whole } from '../common/options/kinds.ts';
import type { Machine } from '../common/options/machine.ts';
import { type GivenOf, optionGroup, type ResolvedOf } from '../common/options/option-group.ts';
import { defaultWorkers } from './worker-count.ts';

const RANGE = { min: 1, max: 1_024 };

const count = whole(RANGE);

/** What `auto` stands for. */
const AUTO = 'available processors less 1, at least 2, at most one per 192 MiB';

function autoWorkers(machine: Machine): number {
  return defaultWorkers(machine).workers;
}

export const elasticWorkersOptions = optionGroup(
  {
    /** Fewest workers, with which the group starts; at least `supervision.quorum`. */
    min: option(count, 1),
    /** Most workers; defaults of other options divide by it. */
    max: option(count, derived(AUTO, autoWorkers)),
    /** Event loop utilization that the workers should have on average. */
    targetUtilization: option(fraction({ min: 0.1, max: 0.95 }), 0.7),
    /** Time over which utilization is averaged before workers are added. */
    windowMs: option(whole({ min: 2_000, max: 3_600_000 }), 5_000),
    /** How long fewer workers must have been enough before one ends. */
    downAfterMs: option(whole({ min: 2_000, max: DAY_MS }), 120_000),
    /** Minimum time between two changes, counted from when all workers of the first are READY. */
    coolDownMs: option(whole({ min: 0, max: DAY_MS }), 10_000),
  },
  (name, { min, max }) => notLess(optionName(name, 'max'), max, optionName(name, 'min'), min),
);

/** Workers by the load: how many, and when that changes. */
export interface ElasticWorkersOptions extends GivenOf<typeof elasticWorkersOptions> {}

/** `ElasticWorkersOptions` with defaults filled in. */
export type ResolvedElasticWorkers = ResolvedOf<typeof elasticWorkersOptions>;

/** A fixed number, or bounds within which it follows the load. */
export type ResolvedWorkers = number | ResolvedElasticWorkers;

export const workersKind: Kind<number | 'auto' | ElasticWorkersOptions, ResolvedWorkers> = {
  accepts: '1 to 1,024, `auto`, options',
  options: elasticWorkersOptions.options,
  check(name, given, machine) {
    if (given === 'auto') return autoWorkers(machine);
    if (typeof given === 'number') return integerOption(name, given, RANGE);
    if (typeof given === 'object') return elasticWorkersOptions.check(name, given, machine);
    throw wrongType(name, "a number, 'auto' or { min, max }", given);
  },
};

/** Workers with which a group starts. */
export function fewestWorkers(workers: ResolvedWorkers): number {
  return typeof workers === 'number' ? workers : workers.min;
}

/** Workers by which limits are divided: the most that the load may ask for. */
export function mostWorkers(workers: ResolvedWorkers): number {
  return typeof workers === 'number' ? workers : workers.max;
}

/** Workers that a fixed group may be given beyond its own number: their descriptors are set aside. */
const MOST_EXTRA = 16;

/** Slots of a group: as many workers as it may be scaled to. */
export function slotsOf(workers: ResolvedWorkers): number {
  return typeof workers === 'number' ? workers + Math.min(workers, MOST_EXTRA) : workers.max;
}
