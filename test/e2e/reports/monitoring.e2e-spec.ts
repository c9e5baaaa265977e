import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { beforeAll, describe, expect, it } from 'vitest';

import type { Alert } from '../../../docs/monitoring/generate/alert.ts';
import { ALERTS } from '../../../docs/monitoring/generate/all-alerts.ts';
import { type MetricShape, metricsOf } from '../../support/metrics.ts';
import { HAS_PROMETHEUS, Prometheus, type Sample } from '../../support/prometheus.ts';
import { until } from '../../support/until.ts';
import {
  keepAsking,
  makeEvents,
  type MonitoredGroup,
  openMonitoredGroup,
} from './monitored-group.ts';

const DIRECTORY = fileURLToPath(new URL('../../../docs/monitoring/', import.meta.url));

/** Names of ours; the others are the application's. */
const OURS = /^(?:buttress|http|nodejs|process|v8js)_/;

/** What Grafana puts in for its variables, with everything chosen. */
const VARIABLES: Record<string, string> = {
  $job: '.+',
  $instance: '.+',
  $slot: '.*',
  $__rate_interval: '1m',
};

/** Enough for rates of what was counted last before the first. */
const SCRAPES = 4;

interface Dashboard {
  panels: { title: string; targets?: { expr: string; legendFormat: string }[] }[];
  annotations: { list: { name: string; expr: string; titleFormat: string }[] };
  templating: { list: { name: string; definition?: string }[] };
}

const dashboard = JSON.parse(readFileSync(`${DIRECTORY}dashboard.json`, 'utf8')) as Dashboard;
const alerts: readonly Alert[] = Object.values(ALERTS).flat();

let monitored: MonitoredGroup;

describe('the metrics of a group', () => {
  beforeAll(async () => {
    monitored = await openMonitoredGroup();
    await makeEvents(monitored.group);
    return () => monitored.close();
  });

  it('are those of which docs/monitoring is made', async () => {
    const { group } = monitored;
    const found = await until('a sample of every metric', async () => {
      await group.get('/all');
      return metricsOf((await group.page('/metrics')).body);
    });
    const path = `${DIRECTORY}generate/metrics.ts`;
    await expect(sourceOf(found)).toMatchFileSnapshot(path);
  });

  describe.skipIf(!HAS_PROMETHEUS)('in a real Prometheus', () => {
    let prometheus: Prometheus;

    beforeAll(async () => {
      prometheus = await Prometheus.open(monitored.target, `${DIRECTORY}alerts.yml`);
      const stop = keepAsking(monitored.group);
      await until('several scrapes', async () => {
        return ((await prometheus.query('count_over_time(up[1m])')) ?? 0) >= SCRAPES;
      });
      await stop();
      return () => prometheus.close();
    });

    it('give every query of the dashboard a result with the labels that name it', async () => {
      const queries = dashboard.panels.flatMap(({ title, targets = [] }) => {
        return targets.map(({ expr, legendFormat }) => ({ title, expr, legend: legendFormat }));
      });
      expect(queries.length).toBeGreaterThan(40);
      let faults: string[] = [];
      const areAllAnswered = async (): Promise<boolean> => {
        const found = queries.map(async ({ title, expr, legend }) => {
          const samples = await prometheus.samples(filled(expr));
          return faultOf(samples, legend, expr).map((fault) => `${title}: ${fault}`);
        });
        faults = (await Promise.all(found)).flat();
        return faults.length === 0;
      };
      // What is measured every few seconds has a rate only after its second scrape.
      await until('answers', areAllAnswered, { everyMs: 1_000 }).catch(() => undefined);
      expect(faults).toEqual([]);
    });

    it('give the dashboard its marks', async () => {
      const faults = await Promise.all(
        dashboard.annotations.list.map(async ({ expr, titleFormat }) => {
          await prometheus.samples(filled(expr));
          // Without the limit, which nothing may exceed just now.
          const samples = await prometheus.samples(filled(expr.replace(/ > 0$/, '')));
          return faultOf(samples, titleFormat, expr);
        }),
      );
      expect(faults.flat()).toEqual([]);
    });

    it('give the dashboard the values of its variables', async () => {
      const offered = await Promise.all(
        dashboard.templating.list.slice(1).map(async ({ name, definition = '' }) => {
          const [, selector = '', label = ''] =
            /^label_values\((.*), (\w+)\)$/.exec(definition) ?? [];
          const samples = await prometheus.samples(filled(selector));
          const values = new Set(samples.map(({ labels }) => labels[label] ?? ''));
          return { name, values: [...values].toSorted() };
        }),
      );
      expect(offered).toEqual([
        { name: 'job', values: ['group'] },
        { name: 'instance', values: [monitored.target] },
        { name: 'slot', values: ['0', '1'] },
      ]);
    });

    it('give every rule a value to compare', async () => {
      const loaded = await until('all rules evaluated', async () => {
        const rules = await prometheus.rules();
        return rules.every(({ health }) => health !== 'unknown') && rules;
      });
      expect(loaded.filter(({ health }) => health !== 'ok')).toEqual([]);
      const names = alerts.map(({ name }) => name).toSorted();
      expect(loaded.map(({ name }) => name).toSorted()).toEqual(names);
      const faults = await Promise.all(
        alerts.map(async ({ name, condition }) => {
          const samples = await prometheus.samples(condition.subject.text);
          return faultOf(samples, '', name);
        }),
      );
      expect(faults.flat()).toEqual([]);
    });
  });
});

function filled(expression: string): string {
  return expression.replaceAll(/\$\w+/g, (name) => VARIABLES[name] ?? name);
}

/** What is wrong with a result: no number, or no label that its legend names. */
function faultOf(samples: readonly Sample[], legend: string, expr: string): string[] {
  if (samples.every(({ value }) => Number.isNaN(value))) return [`is empty: ${expr}`];
  const labels = Array.from(legend.matchAll(/\{\{(\w+)\}\}/g), ([, label = '']) => label);
  const missing = labels.filter((label) => !samples.some((one) => label in one.labels));
  return missing.map((label) => `has no label ${label}: ${expr}`);
}

/** The list of metrics as the generator reads it. */
function sourceOf(metrics: ReadonlyMap<string, MetricShape>): string {
  const ours = [...metrics].filter(([name]) => OURS.test(name));
  const lines = ours.toSorted(([one], [other]) => (one < other ? -1 : 1)).map(entryOf);
  return `// Recorded from /metrics by test/e2e/reports/monitoring.e2e-spec.ts, which fails when it differs.
// Record anew: npx vitest run --project e2e -u test/e2e/reports/monitoring.e2e-spec.ts

/** All metrics of a group that uses every feature. TLS in the application adds two more. */
export const METRICS = {
${lines.join('\n')}
} as const;
`;
}

function entryOf([name, { type, labels }]: [string, MetricShape]): string {
  const quoted = labels.map((label) => `'${label}'`);
  const short = `  ${name}: { type: '${type}', labels: [${quoted.join(', ')}] },`;
  if (short.length <= 100) return short;
  return `  ${name}: {\n    type: '${type}',\n    labels: [${quoted.join(', ')}],\n  },`;
}
