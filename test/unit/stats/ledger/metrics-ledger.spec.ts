import fc from 'fast-check';
import type { MetricObject } from 'prom-client';
import { describe, expect, it } from 'vitest';

import { MetricsLedger } from '../../../../lib/stats/ledger/metrics-ledger.ts';
import { metricsPage, type MetricsReport } from '../../../../lib/stats/prometheus-page.ts';
import { Stats } from '../../../../lib/stats/stats.ts';

/** A process that counts, with metrics of ours and of the application. */
class Counting {
  readonly #stats = new Stats();
  #orders = 0;

  work(route: string): void {
    this.#stats.duration('http.server.request_duration', {}, { route }).record(5);
    this.#stats.counter('done').add();
    this.#stats.gauge('open').set(3);
    this.#stats.states('machine').begin('idle').enter(route);
    this.#orders++;
  }

  reset(): void {
    this.#stats.reset();
    this.#orders = 0;
  }

  report(): MetricsReport {
    const value = this.#orders;
    const labels = {};
    const orders = [
      {
        name: 'orders_total',
        help: '.',
        type: 'counter',
        aggregator: 'sum',
        values: [{ value, labels }],
      },
      {
        name: 'sizes',
        help: '.',
        type: 'histogram',
        aggregator: 'sum',
        values: [
          { value, labels: { le: 1 }, metricName: 'sizes_bucket' },
          { value, labels: { le: '+Inf' }, metricName: 'sizes_bucket' },
          { value: value * 2, labels, metricName: 'sizes_sum' },
          { value, labels, metricName: 'sizes_count' },
        ],
      },
      {
        name: 'level',
        help: '.',
        type: 'gauge',
        aggregator: 'sum',
        values: [{ value: 7, labels }],
      },
    ];
    const report = { stats: this.#stats.snapshot('totals'), application: orders };
    // As it comes from another process.
    return JSON.parse(JSON.stringify(report)) as MetricsReport & { application: MetricObject[] };
  }
}

/** Samples of a page that may only grow, by name and labels. */
async function growing(ledger: MetricsLedger): Promise<Map<string, number>> {
  const { body } = await metricsPage(ledger.reports, undefined);
  const types = new Map(
    Array.from(body.matchAll(/^# TYPE (\S+) (\S+)$/gm), ([, name = '', type = '']) => [name, type]),
  );
  const samples = Array.from(body.matchAll(/^([a-z_]+)(\{.*\})? (\S+)$/gm));
  return new Map(
    samples.flatMap(([, name = '', labels = '', value = '']) => {
      const base = name.replace(/_(bucket|sum|count)$/, '');
      const type = types.get(name) ?? types.get(base);
      return type === 'gauge' ? [] : [[name + labels, Number(value)] as const];
    }),
  );
}

const NAMES = ['worker 1', 'worker 2', 'worker 3'];

const event = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('work'),
      at: fc.nat(2),
      route: fc.constantFrom('/a', '/b'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('heard'), at: fc.nat(2) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('gone'), at: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset'), at: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart'), at: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('upgrade'), at: fc.nat(2) }) },
);

describe('the metrics of a group', () => {
  it('never fall, whatever becomes of its processes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { maxLength: 40 }), async (events) => {
        let ledger = new MetricsLedger();
        let generation = 0;
        let ids = 0;
        const present = NAMES.map(() => ({ name: `worker ${++ids}`, counting: new Counting() }));
        let before = new Map<string, number>();
        for (const { kind, at, ...more } of events) {
          const worker = present[at]!;
          if (kind === 'work') worker.counting.work((more as { route: string }).route);
          if (kind === 'heard') ledger.take(worker.name, worker.counting.report());
          if (kind === 'reset') worker.counting.reset();
          if (kind === 'gone') {
            present[at] = { name: `worker ${++ids}`, counting: new Counting() };
            ledger.endAllBut(
              (name) => present.some((one) => one.name === name) || name.startsWith('old'),
            );
          }
          if (kind === 'restart') {
            ledger = new MetricsLedger(JSON.parse(JSON.stringify(ledger.data())) as never);
          }
          if (kind === 'upgrade') {
            const next = new MetricsLedger();
            next.take(`old ${++generation}`, ledger.totals());
            ledger = next;
            for (const [place, one] of present.entries()) {
              present[place] = { name: one.name, counting: new Counting() };
            }
          }
          // oxlint-disable-next-line no-await-in-loop -- one event after another
          const after = await growing(ledger);
          for (const [sample, value] of before) {
            expect([sample, (after.get(sample) ?? 0) >= value]).toEqual([sample, true]);
          }
          before = after;
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are exact when the last report of each process was heard', async () => {
    const ledger = new MetricsLedger();
    for (const name of NAMES) {
      const counting = new Counting();
      counting.work('/a');
      ledger.take(name, counting.report());
      counting.work('/a');
      ledger.take(name, counting.report());
      ledger.endAllBut(() => false);
    }
    ledger.endAllBut(() => false);
    const samples = await growing(ledger);
    expect(samples.get('done_total')).toBe(6);
    expect(samples.get('orders_total')).toBe(6);
    expect(samples.get('sizes_sum')).toBe(12);
    expect(samples.get('http_server_request_duration_seconds_count{route="/a"}')).toBe(6);
  });

  it('drop the gauges of a process at once when it is gone', async () => {
    const ledger = new MetricsLedger();
    const counting = new Counting();
    counting.work('/a');
    ledger.take('worker 1', counting.report());
    ledger.endAllBut(() => false);
    const { body } = await metricsPage(ledger.reports, undefined);
    expect(body).toContain('done_total 1');
    expect(body).not.toMatch(/^(open|level) /m);
  });

  it('take a last report that comes late once, and none after that', async () => {
    const ledger = new MetricsLedger();
    const counting = new Counting();
    counting.work('/a');
    ledger.take('worker 1', counting.report());
    ledger.endAllBut(() => false);
    counting.work('/a');
    ledger.take('worker 1', counting.report());
    ledger.endAllBut(() => false);
    ledger.take('worker 1', counting.report());
    expect((await growing(ledger)).get('done_total')).toBe(2);
  });
});
