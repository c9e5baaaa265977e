/** `nestjs-buttress/stats`: statistics. */
export type { Clock } from './common/clock.ts';
export type { CallerOf, CallerRequest } from './stats/caller-stats.ts';
export type { CardinalityData } from './stats/cardinality.ts';
export type { Counter } from './stats/counter.ts';
export type {
  Distribution,
  DistributionData,
  DistributionPoint,
  DistributionSnapshot,
  Summary,
} from './stats/distribution.ts';
export type { Duration, RunningTimer } from './stats/duration.ts';
export type { Exemplar } from './stats/exemplars.ts';
export type { Labels } from './stats/family.ts';
export type { Gauge } from './stats/gauge.ts';
export type { HeavyHitter } from './stats/heavy-hitters.ts';
export type { Interval } from './stats/interval.ts';
export { mergeStats } from './stats/merge.ts';
export type { MomentsData } from './stats/moments.ts';
export type { Averages } from './stats/moving-average.ts';
export type { MetricsPage } from './stats/prometheus-page.ts';
export type { BinsData, SketchData } from './stats/quantile-sketch.ts';
export type {
  GaugeMerge,
  GaugeSnapshot,
  StatisticKind,
  StatisticSnapshots,
  StatSnapshot,
  StatSnapshotOf,
} from './stats/snapshot.ts';
export type { StateMachine, States, StatesSnapshot } from './stats/states.ts';
export type { StatisticOptions, StatsOptions } from './stats/statistic.options.ts';
export { StatsError } from './stats/stats.errors.ts';
export { StatsModule } from './stats/stats.module.ts';
export type { StatsModuleOptions } from './stats/stats.options.ts';
export { Stats } from './stats/stats.ts';
export type { StreamSketch, StreamSketchSnapshot } from './stats/stream-sketch.ts';
export { Counted, Timed } from './stats/timed.decorator.ts';
