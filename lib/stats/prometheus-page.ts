import type {
  Metric,
  MetricObject,
  RegistryContentType,
  Registry as AnyRegistry,
} from 'prom-client';

import { mergeStats } from './merge.ts';
import { toMetrics } from './prometheus.ts';
import type { StatSnapshot } from './snapshot.ts';

/** Metrics of one process. */
export interface MetricsReport {
  /** Changes whenever `stats` begin anew: with the process, and when they are reset. */
  epoch: string;
  stats: StatSnapshot[];
  /** Metrics that the application registered in prom-client's default registry. */
  application: MetricObject[];
}

/** Common part of our metrics and the application's. */
interface NamedMetric {
  name: string;
  type: unknown;
}

/** Response to a scraper. */
export interface MetricsPage {
  contentType: string;
  body: string;
}

/** Loads what renders metrics; call it before the first scrape, which may come in a bad minute. */
export function loadPrometheus(): Promise<typeof import('prom-client')> {
  // Imported on demand: classes with @Timed load this entry in threads, too.
  return import('prom-client');
}

/**
 * Renders the metrics of several processes as one page: ours from merged snapshots, the
 * application's as prom-client aggregates them. On a name clash, ours win.
 */
export async function metricsPage(
  reports: readonly MetricsReport[],
  accept: string | undefined,
): Promise<MetricsPage> {
  const { AggregatorRegistry, Registry } = await loadPrometheus();
  const ours = toMetrics(mergeStats(reports.map(({ stats }) => stats)));
  const names = new Set(ours.map(({ name }) => name));
  const theirs = reports.map(({ application }) => {
    return application.filter(({ name }) => !names.has(name));
  });
  const isOpenMetrics = accept?.includes('application/openmetrics-text') === true;
  const contentType = isOpenMetrics
    ? Registry.OPENMETRICS_CONTENT_TYPE
    : Registry.PROMETHEUS_CONTENT_TYPE;
  // Builds a registry whose metrics return these figures.
  const named = isOpenMetrics ? withoutTotal : (metrics: readonly NamedMetric[]) => [...metrics];
  const registry: AnyRegistry<RegistryContentType> = AggregatorRegistry.aggregate(
    theirs.map(named),
  );
  // Ours are merged; to aggregate them would lose their exemplars.
  for (const metric of named(ours)) {
    registry.registerMetric({ ...metric, get: () => metric } as unknown as Metric);
  }
  registry.setContentType(contentType);
  const body = await registry.metrics();
  // Without metrics, prom-client's page is a blank line, which scrapers refuse as invalid.
  return { contentType, body: body.trimStart() };
}

/** Drops `_total` from counter names: in OpenMetrics only samples have it, from prom-client. */
function withoutTotal(metrics: readonly NamedMetric[]): NamedMetric[] {
  return metrics.map((metric) => {
    if (metric.type !== 'counter') return metric;
    return { ...metric, name: metric.name.replace(/_total$/, '') };
  });
}
