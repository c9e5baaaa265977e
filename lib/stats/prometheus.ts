import type { DistributionSnapshot } from './distribution.ts';
import type { Labels } from './family.ts';
import { countAtMost, countOf } from './quantile-sketch.ts';
import type { StatSnapshot, StatSnapshotOf } from './snapshot.ts';

/** Metric in prom-client's JSON format. */
export interface MetricJson {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  aggregator: 'sum';
  values: MetricJsonValue[];
}

/** Sample of a metric. */
export interface MetricJsonValue {
  value: number;
  labels: Record<string, string | number>;
  metricName?: string;
  /** Only OpenMetrics shows it. */
  exemplar?: { labelSet: { trace_id: string }; value: number; timestamp: number };
}

const MS_PER_SECOND = 1_000;

/** Default upper bounds for durations, in seconds. */
const SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30,
] as const;

/** Default upper bounds for values of unknown range. */
const DECADES = [0.01, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9] as const;

/**
 * Converts statistics to Prometheus' conventions: dots become underscores, the unit ends the name,
 * durations are in seconds. https://prometheus.io/docs/practices/naming/
 */
export function toMetrics(statistics: readonly StatSnapshot[]): MetricJson[] {
  return statistics.flatMap(metricsOf);
}

function metricsOf(statistic: StatSnapshot): MetricJson[] {
  switch (statistic.kind) {
    case 'value':
      return [histogram(statistic, { unit: statistic.unit, bounds: DECADES, scale: 1 })];
    case 'duration':
    case 'interval':
      return [histogram(statistic, { unit: 'seconds', bounds: SECONDS, scale: MS_PER_SECOND })];
    case 'counter':
      return [counter(statistic)];
    case 'gauge':
      return [gauge(statistic)];
    case 'states':
      return stateMetrics(statistic);
    case 'sketch':
      return sketchMetrics(statistic);
  }
}

function counter({ name, unit, help, series }: StatSnapshotOf<'counter'>): MetricJson {
  const values = series.map(({ labels, data }) => ({
    labels: labelled(labels),
    value: data.total,
  }));
  return metric('counter', totalName(metricName(name, unit)), help, values);
}

function gauge({ name, unit, help, series }: StatSnapshotOf<'gauge'>): MetricJson {
  const values = series.map(({ labels, data }) => ({
    labels: labelled(labels),
    value: data.value,
  }));
  return metric('gauge', metricName(name, unit), help, values);
}

interface HistogramShape {
  unit: string;
  bounds: readonly number[];
  /** Factor from Prometheus' unit to the statistic's own. */
  scale: number;
}

function histogram(
  statistic: StatSnapshotOf<'value' | 'duration' | 'interval'>,
  { unit, bounds, scale }: HistogramShape,
): MetricJson {
  const { name: given, help, buckets, series } = statistic;
  const name = metricName(given, unit);
  const own = buckets.length > 0 ? buckets : bounds;
  const values = series.flatMap(({ labels, data }) =>
    histogramValues(name, labelled(labels), { data, bounds: own, scale }),
  );
  return metric('histogram', name, help, values);
}

function histogramValues(
  name: string,
  labels: Record<string, string>,
  { data, bounds, scale }: { data: DistributionSnapshot; bounds: readonly number[]; scale: number },
): MetricJson['values'] {
  const { sketch, moments } = data.data;
  const exemplars = exemplarsIn(data, bounds, scale);
  const bucket = (le: string | number, value: number): MetricJsonValue => {
    const exemplar = exemplars.get(le);
    return {
      metricName: `${name}_bucket`,
      labels: { ...labels, le },
      value,
      ...(exemplar === undefined ? {} : { exemplar }),
    };
  };
  return [
    ...bounds.map((bound) => bucket(bound, countAtMost(sketch, bound * scale))),
    bucket('+Inf', countOf(sketch)),
    { metricName: `${name}_sum`, labels, value: moments.sum / scale },
    { metricName: `${name}_count`, labels, value: moments.count },
  ];
}

/** Latest exemplar of each bucket that has one. */
function exemplarsIn(
  { exemplars = [] }: DistributionSnapshot,
  bounds: readonly number[],
  scale: number,
): Map<string | number, MetricJsonValue['exemplar']> {
  const oldestFirst = exemplars.toSorted((a, b) => a.at - b.at);
  return new Map(
    oldestFirst.map(({ value, traceId, at }) => {
      const bound = bounds.find((one) => value <= one * scale) ?? '+Inf';
      const labelSet = { trace_id: traceId };
      return [bound, { labelSet, value: value / scale, timestamp: at / MS_PER_SECOND }];
    }),
  );
}

function stateMetrics({ name, help, series }: StatSnapshotOf<'states'>): MetricJson[] {
  const base = metricName(name, '');
  const perState = series.flatMap(({ labels, data }) =>
    Object.entries(data.states).map(([state, of]) => ({
      labels: labelled({ ...labels, state }),
      of,
    })),
  );
  const moves = series.flatMap(({ labels, data }) =>
    Object.entries(data.transitions).map(([move, value]) => {
      const [from = '', to = ''] = move.split('>');
      return { labels: labelled({ ...labels, from, to }), value };
    }),
  );
  const current = perState.map(({ labels, of }) => ({ labels, value: of.current }));
  const time = perState.map(({ labels, of }) => ({ labels, value: of.totalMs / MS_PER_SECOND }));
  return [
    metric('gauge', `${base}_current`, `${help}: number in each state`, current),
    metric('counter', `${base}_state_seconds_total`, `${help}: time spent in a state`, time),
    metric('counter', `${base}_transitions_total`, `${help}: changes of state`, moves),
  ];
}

function sketchMetrics({ name, help, series }: StatSnapshotOf<'sketch'>): MetricJson[] {
  const base = metricName(name, '');
  const of = (pick: (data: (typeof series)[number]['data']) => number): MetricJson['values'] =>
    series.map(({ labels, data }) => ({ labels: labelled(labels), value: pick(data) }));
  return [
    metric(
      'counter',
      `${base}_items_total`,
      help,
      of(({ count }) => count),
    ),
    metric(
      'gauge',
      `${base}_distinct`,
      `${help}: distinct items, estimated`,
      of((data) => data.cardinality),
    ),
  ];
}

function metric(
  type: MetricJson['type'],
  name: string,
  help: string,
  values: MetricJson['values'],
): MetricJson {
  return { name, help, type, aggregator: 'sum', values };
}

/** Appends the unit once: `db.query` and `db.query_seconds` both become `db_query_seconds`. */
function metricName(name: string, unit: string): string {
  const base = name.replaceAll('.', '_');
  return unit === '' || base.endsWith(`_${unit}`) ? base : `${base}_${unit}`;
}

function totalName(name: string): string {
  return name.endsWith('_total') ? name : `${name}_total`;
}

function labelled(labels: Labels): Record<string, string> {
  const entries = Object.entries(labels).map(([name, value]) => {
    return [name.replaceAll(/\W/g, '_'), value] as const;
  });
  return Object.fromEntries(entries);
}
