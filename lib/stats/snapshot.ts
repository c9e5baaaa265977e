import type { DistributionSnapshot } from './distribution.ts';
import type { Labels } from './family.ts';
import type { StatesSnapshot } from './states.ts';
import type { StreamSketchSnapshot } from './stream-sketch.ts';

/** What each kind of statistic tells, as plain data. */
export interface StatisticSnapshots {
  value: DistributionSnapshot;
  duration: DistributionSnapshot;
  interval: DistributionSnapshot;
  counter: { total: number };
  gauge: { value: number };
  states: StatesSnapshot;
  sketch: StreamSketchSnapshot;
}

export type StatisticKind = keyof StatisticSnapshots;

/** The statistic of one kind. */
export interface StatSnapshotOf<K extends StatisticKind> {
  kind: K;
  name: string;
  help: string;
  /** Of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number. */
  unit: string;
  /** Upper bounds of its buckets in Prometheus, in `unit`; empty: as its kind has them. */
  buckets: readonly number[];
  series: { labels: Labels; data: StatisticSnapshots[K] }[];
}

/** One statistic with all its series. */
export type StatSnapshot = { [K in StatisticKind]: StatSnapshotOf<K> }[StatisticKind];
