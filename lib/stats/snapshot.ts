import type { DistributionSnapshot } from './distribution.ts';
import type { Labels } from './family.ts';
import type { StatesSnapshot } from './states.ts';
import type { StreamSketchSnapshot } from './stream-sketch.ts';

/** How the gauges of several processes or threads become one. */
export type GaugeMerge = 'sum' | 'max' | 'min' | 'average';

/** Snapshot of a gauge, as plain data. */
export interface GaugeSnapshot {
  value: number;
  /** Number of gauges that an average was merged from: its weight. @default 1 */
  of?: number;
}

/** Snapshot of each kind of statistic, as plain data. */
export interface StatisticSnapshots {
  value: DistributionSnapshot;
  duration: DistributionSnapshot;
  interval: DistributionSnapshot;
  counter: { total: number };
  gauge: GaugeSnapshot;
  states: StatesSnapshot;
  sketch: StreamSketchSnapshot;
}

/** Name of a kind of statistic. */
export type StatisticKind = keyof StatisticSnapshots;

/** Statistic of a known kind. */
export interface StatSnapshotOf<K extends StatisticKind> {
  kind: K;
  name: string;
  help: string;
  /** Unit of the values, as Prometheus names it: `bytes`, `seconds`. Empty: a plain number. */
  unit: string;
  /** Upper bounds of its Prometheus buckets, in seconds for durations; empty: the default. */
  buckets: readonly number[];
  /** How the gauges of several processes become one; of gauges only. @default 'sum' */
  merge?: GaugeMerge;
  series: { labels: Labels; data: StatisticSnapshots[K] }[];
}

/** One statistic with all its series. */
export type StatSnapshot = { [K in StatisticKind]: StatSnapshotOf<K> }[StatisticKind];
