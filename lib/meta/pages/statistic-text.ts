import type { Labels } from '../../stats/family.ts';
import type { StatSnapshot, StatSnapshotOf } from '../../stats/snapshot.ts';
import { bytes, count, duration, percent } from '../view/format.ts';

/** Statistics with a distribution. */
export type Spread =
  | StatSnapshotOf<'value'>
  | StatSnapshotOf<'duration'>
  | StatSnapshotOf<'interval'>;

type Described = Pick<StatSnapshot, 'name' | 'kind' | 'unit'>;

export function isSpread(statistic: StatSnapshot): statistic is Spread {
  return ['value', 'duration', 'interval'].includes(statistic.kind);
}

/** Kinds of statistics whose values are times. */
const TIMES: ReadonlySet<string> = new Set(['duration', 'interval', 'states']);

/** Gauges in seconds of the clock rather than of a time that passes. */
const CLOCK = /(?:^|[._])start_time$/;

/** Name of the unit of the values. */
export function unitOf({ kind, unit }: Described): string {
  return TIMES.has(kind) ? 'time' : unit;
}

/** Formatter for the values of a statistic; durations are in milliseconds. */
export function unitText({ name, kind, unit }: Described): (value: number) => string {
  if (TIMES.has(kind)) return duration;
  if (CLOCK.test(name)) return (value) => new Date(value * 1_000).toISOString();
  return UNITS[unit] ?? ((value) => `${count(value)} ${unit}`);
}

const UNITS: Readonly<Record<string, (value: number) => string>> = {
  '': count,
  bytes,
  ratio: percent,
  seconds: (value) => duration(value * 1_000),
};

/** Unit of a chart's axis, and the factor from the unit of the values to it. */
export function axisOf({ kind, unit }: Described, largest: number): { unit: string; per: number } {
  if (TIMES.has(kind)) return { unit: 'ms', per: 1 };
  if (unit === 'ratio') return { unit: '%', per: 100 };
  if (unit !== 'bytes') return { unit, per: 1 };
  if (largest < 1024 * 1024) return { unit: 'KiB', per: 1 / 1024 };
  return { unit: 'MiB', per: 1 / 1024 / 1024 };
}

/** Labels that have a value: the primary has no slot. */
export function labelsText(labels: Labels): string {
  return Object.entries(labels)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
