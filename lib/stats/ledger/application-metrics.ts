import type { MetricObject, MetricObjectWithValues, MetricValueWithName } from 'prom-client';

import { exactAmount } from './exact-amounts.ts';

/** Labels that tell the values of one histogram or summary apart. */
const PARTS: ReadonlySet<string> = new Set(['le', 'quantile']);

const CUMULATIVE: ReadonlySet<unknown> = new Set(['counter', 'histogram', 'summary']);

type Value = MetricValueWithName<string>;

/** Metrics whose amounts add up exactly, in whichever order processes are merged. */
export function exactApplicationMetrics(metrics: readonly MetricObject[]): MetricObject[] {
  return metrics.map((metric) => {
    if (!isCumulative(metric)) return metric;
    const values = valuesOf(metric).map((one) => {
      const { value } = one;
      return isSum(one) ? Object.assign({}, one, { value: exactAmount(value) }) : one;
    });
    return withValues(metric, values);
  });
}

/** Counters, histograms and summaries of processes that have ended, without their quantiles. */
export function pastApplicationMetrics(metrics: readonly MetricObject[]): MetricObject[] {
  return metrics.filter(isCumulative).map((metric) => {
    return withValues(metric, valuesOf(metric).filter(isSum));
  });
}

/**
 * Series of `before` that began anew in `after`, or are gone from it. A histogram begins anew as a
 * whole: its buckets must stay consistent. Sums tell nothing: negative values make them fall.
 */
export function lostApplicationMetrics(
  before: readonly MetricObject[],
  after: readonly MetricObject[],
): MetricObject[] {
  const present = new Map(after.map((metric) => [metric.name, metric]));
  return pastApplicationMetrics(before).flatMap((metric) => {
    const now = present.get(metric.name);
    const amounts = new Map(
      (now === undefined ? [] : valuesOf(now)).map((value) => [keyOf(value), value.value]),
    );
    const lost = new Set<string>();
    for (const value of valuesOf(metric).filter((one) => !isSumOfValues(one))) {
      if (value.value > (amounts.get(keyOf(value)) ?? -1)) lost.add(seriesOf(value));
    }
    if (lost.size === 0) return [];
    const values = valuesOf(metric).filter((value) => lost.has(seriesOf(value)));
    return [withValues(metric, values)];
  });
}

/** Adds up metrics that only grow, by name and labels. */
export function addApplicationMetrics(all: readonly (readonly MetricObject[])[]): MetricObject[] {
  const byName = new Map<string, { metric: MetricObject; values: Map<string, Value> }>();
  for (const metric of all.flat()) {
    const known = byName.get(metric.name) ?? { metric, values: new Map<string, Value>() };
    byName.set(metric.name, known);
    for (const value of valuesOf(metric)) {
      const key = keyOf(value);
      const sum = (known.values.get(key)?.value ?? 0) + value.value;
      known.values.set(key, { ...value, value: sum });
    }
  }
  return Array.from(byName.values(), ({ metric, values }) => {
    return withValues(metric, [...values.values()]);
  });
}

function isSumOfValues({ metricName = '' }: Value): boolean {
  return metricName.endsWith('_sum');
}

function isCumulative({ type }: MetricObject): boolean {
  return CUMULATIVE.has(type);
}

/** A summary's quantiles describe a window that ended with its process. */
function isSum({ labels }: Value): boolean {
  return !('quantile' in labels);
}

function withValues(metric: MetricObject, values: Value[]): MetricObject {
  return { ...metric, values } as MetricObject;
}

/** Prom-client leaves the values out of the type of a metric in JSON. */
function valuesOf(metric: MetricObject): Value[] {
  return (metric as MetricObjectWithValues<Value>).values;
}

function keyOf({ metricName = '', labels }: Value): string {
  return `${metricName} ${sorted(Object.entries(labels))}`;
}

function seriesOf({ labels }: Value): string {
  return sorted(Object.entries(labels).filter(([name]) => !PARTS.has(name)));
}

function sorted(entries: [string, unknown][]): string {
  return JSON.stringify(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
