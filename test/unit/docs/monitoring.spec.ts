import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it, onTestFinished } from 'vitest';
import { parse, parseAllDocuments, stringify } from 'yaml';

import type { Alert } from '../../../docs/monitoring/generate/alert.ts';
import { ALERTS } from '../../../docs/monitoring/generate/all-alerts.ts';
import { ROWS } from '../../../docs/monitoring/generate/dashboard.ts';
import { line } from '../../../docs/monitoring/generate/panel.ts';
import { Queries } from '../../../docs/monitoring/generate/query.ts';
import { sum } from '../../../docs/monitoring/generate/vectors.ts';
import { HAS_PROMTOOL } from '../../support/prometheus.ts';
import { ALERT_CASES, type AlertCase } from './alert-cases.ts';

const DIRECTORY = fileURLToPath(new URL('../../../docs/monitoring/', import.meta.url));
const RULES = `${DIRECTORY}alerts.yml`;

const alerts: readonly Alert[] = Object.values(ALERTS).flat();

const read = (name: string): string => readFileSync(`${DIRECTORY}${name}`, 'utf8');

describe('definitions of monitoring', () => {
  const queries = new Queries('5m', { job: '=~$job', slot: '=~$slot' });

  it('are expressions of metrics that exist, within their scope', () => {
    const restarts = queries.rate('buttress_worker_restarts_total');
    expect(restarts.text).toBe(
      'rate(buttress_worker_restarts_total{job=~"$job", slot=~"$slot"}[5m])',
    );
    expect(queries.gauge('buttress_workers', { state: '!=ready' }).text).toBe(
      'buttress_workers{job=~"$job", state!="ready"}',
    );
    expect(line(sum(restarts, 'slot'), 'slot', 'slot').legend).toBe('slot {{slot}}');
  });

  it('do not compile with a metric or a label that does not exist', () => {
    // @ts-expect-error -- no such metric
    expect(() => queries.gauge('buttress_worker')).toThrow(TypeError);
    // @ts-expect-error -- a counter is no gauge
    queries.gauge('buttress_connections_total');
    // @ts-expect-error -- no such label
    queries.gauge('buttress_workers', { slot: '0' });
    // @ts-expect-error -- nothing to sum by
    sum(queries.gauge('buttress_workers'), 'slot');
    // @ts-expect-error -- no such label any more
    line(sum(queries.gauge('buttress_workers'), 'state'), '', 'job');
    // @ts-expect-error -- no such label of the histogram
    queries.quantile(0.99, 'v8js_gc_duration_seconds', { by: ['route'] });
  });

  it('name panels that exist in runbooks', () => {
    const titles = new Set(ROWS.flatMap(({ panels }) => panels.map(({ title }) => title)));
    const named = alerts.flatMap(({ runbook }) => [...runbook.look.matchAll(/"([^"]+)"/g)]);
    expect(named.map(([, title = '']) => title).filter((title) => !titles.has(title))).toEqual([]);
  });

  it.each(alerts.map((alert) => ({ ...alert })))(
    '$name has a short runbook, which its rule links to',
    (alert) => {
      const { meaning, look, remedy } = alert.runbook;
      const sentences = `${meaning} ${look} ${remedy} `.split(/[.] (?=[A-Z`]|$)/).length - 1;
      expect(sentences).toBeGreaterThanOrEqual(2);
      expect(sentences).toBeLessThanOrEqual(5);
      expect(read('README.md')).toContain(`\n### ${alert.name}\n`);
      expect(read('alerts.yml')).toContain(`README.md#${alert.name.toLowerCase()}\n`);
    },
  );
});

describe('examples of scraping', () => {
  it.runIf(HAS_PROMTOOL)('are what Prometheus understands', () => {
    const args = ['check', 'config', '--syntax-only', `${DIRECTORY}prometheus.yml`];
    expect(execFileSync('promtool', args).toString()).toContain('SUCCESS');
  });

  it('fit the deployment of docs/deploy', () => {
    const all = parseAllDocuments(read('kubernetes.yaml')).map((one) => one.toJS() as Monitor);
    expect(all.map(({ kind }) => kind)).toEqual(['Secret', 'PodMonitor', 'ServiceMonitor']);
    const deployment = readFileSync(`${DIRECTORY}../deploy/kubernetes.yaml`, 'utf8');
    const [{ spec }] = parseAllDocuments(deployment).map((one) => one.toJS() as Monitor) as [
      Monitor,
    ];
    for (const { spec: monitor } of all.slice(1)) {
      expect(monitor.selector).toEqual(spec.selector);
      const [endpoint] = monitor.endpoints ?? monitor.podMetricsEndpoints ?? [];
      expect(endpoint).toMatchObject({ port: 'metrics', path: '/metrics' });
    }
    const config = parse(read('prometheus.yml')) as { rule_files: string[] };
    expect(config.rule_files).toEqual(['alerts.yml']);
  });
});

interface Monitor {
  kind: string;
  spec: { selector: object; endpoints?: object[]; podMetricsEndpoints?: object[] };
}

describe.runIf(HAS_PROMTOOL)('alert rules', () => {
  it('satisfy promtool', () => {
    expect(execFileSync('promtool', ['check', 'rules', RULES]).toString()).toContain(
      `SUCCESS: ${alerts.length} rules found`,
    );
  });

  it('each fire when they should, alone, and not otherwise', () => {
    expect(Object.keys(ALERT_CASES)).toEqual(alerts.map(({ name }) => name));
    const directory = mkdtempSync(join(tmpdir(), 'alerts-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const path = join(directory, 'test.yml');
    const tests = Object.entries(ALERT_CASES).flatMap(([name, one]) => testsOf(name, one));
    writeFileSync(path, stringify({ rule_files: [RULES], evaluation_interval: '15s', tests }));
    expect(promtoolTest(path)).toContain('SUCCESS');
  });
});

function testsOf(name: string, { fires, quiet, at }: AlertCase): object[] {
  const test = (title: string, series: Record<string, string>, samples: object[]): object => ({
    name: `${name} ${title}`,
    interval: '15s',
    input_series: Object.entries(series).map(([one, values]) => ({ series: one, values })),
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: at,
        exp_samples: samples,
      },
    ],
  });
  return [
    test('fires', fires, [{ labels: `{alertname="${name}"}`, value: 1 }]),
    test('is quiet', quiet, []),
  ];
}

/** What promtool says, also of failures. */
function promtoolTest(path: string): string {
  try {
    return execFileSync('promtool', ['test', 'rules', path], { stdio: 'pipe' }).toString();
  } catch (error) {
    const { stdout, stderr } = error as { stdout: Buffer; stderr: Buffer };
    return stdout.toString() + stderr.toString();
  }
}
