import {
  AggregatorRegistry,
  type MetricObject,
  Registry,
  type RegistryContentType,
} from 'prom-client';

import { mergeStats } from './merge.ts';
import { toMetrics } from './prometheus.ts';
import type { StatSnapshot } from './snapshot.ts';

/** What one process has to export. */
export interface MetricsReport {
  stats: StatSnapshot[];
  /** What the application registered in prom-client's default registry itself. */
  application: MetricObject[];
}

/** What both kinds of metrics have in common. */
interface NamedMetric {
  name: string;
  type: unknown;
}

/** A page for a scraper. */
export interface MetricsPage {
  contentType: string;
  body: string;
}

/**
 * The metrics of several processes as one page: ours are read from snapshots, those of the
 * application are added up as prom-client does it. Where both have a name, ours counts.
 */
export async function metricsPage(
  reports: readonly MetricsReport[],
  accept: string | undefined,
): Promise<MetricsPage> {
  const ours = toMetrics(mergeStats(reports.map(({ stats }) => stats)));
  const names = new Set(ours.map(({ name }) => name));
  const theirs = reports.map(({ application }) => {
    return application.filter(({ name }) => !names.has(name));
  });
  const isOpenMetrics = accept?.includes('application/openmetrics-text') === true;
  const contentType = isOpenMetrics
    ? Registry.OPENMETRICS_CONTENT_TYPE
    : Registry.PROMETHEUS_CONTENT_TYPE;
  // It makes a registry whose metrics answer from these figures when they are asked.
  const all: NamedMetric[][] = [ours, ...theirs];
  const registry: Registry<RegistryContentType> = AggregatorRegistry.aggregate(
    isOpenMetrics ? all.map(withoutTotal) : all,
  );
  registry.setContentType(contentType);
  return { contentType, body: await registry.metrics() };
}

/** OpenMetrics names a counter without the `_total` that its samples have; prom-client adds that. */
function withoutTotal(metrics: readonly NamedMetric[]): NamedMetric[] {
  return metrics.map((metric) => {
    if (metric.type !== 'counter') return metric;
    return { ...metric, name: metric.name.replace(/_total$/, '') };
  });
}
