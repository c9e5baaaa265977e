import type { Labels } from '../../stats/family.ts';
import type { StatSnapshot, StatSnapshotOf } from '../../stats/snapshot.ts';
import { bytes, count, duration } from '../view/format.ts';

/** Statistics with a distribution. */
export type Spread =
  | StatSnapshotOf<'value'>
  | StatSnapshotOf<'duration'>
  | StatSnapshotOf<'interval'>;

export function isSpread(statistic: StatSnapshot): statistic is Spread {
  return ['value', 'duration', 'interval'].includes(statistic.kind);
}

/** Formatter for the values of a statistic; durations are in milliseconds. */
export function unitText({ kind, unit }: Spread): (value: number) => string {
  if (kind !== 'value') return duration;
  if (unit === 'bytes') return bytes;
  return unit === '' ? count : (value) => `${count(value)} ${unit}`;
}

export function labelsOf(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
