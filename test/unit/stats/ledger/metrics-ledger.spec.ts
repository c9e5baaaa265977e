import * as fc from 'fast-check';
import type { MetricObject } from 'prom-client';
import { describe, expect, it } from 'vitest';

import { type LedgerData, MetricsLedger } from '../../../../lib/stats/ledger/metrics-ledger.ts';
import { metricsPage, type MetricsReport } from '../../../../lib/stats/prometheus-page.ts';
import { Stats } from '../../../../lib/stats/stats.ts';
import { countsOf, fallenBetween, type Samples } from '../../../support/metrics.ts';

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
    const { epoch } = this.#stats;
    const report = { epoch, stats: this.#stats.snapshot('totals'), application: orders };
    // As it comes from another process.
    return JSON.parse(JSON.stringify(report)) as MetricsReport & { application: MetricObject[] };
  }
}

async function counts(ledger: MetricsLedger): Promise<Samples> {
  return countsOf((await metricsPage(ledger.reports, undefined)).body);
}

const NAMES = ['worker 1', 'worker 2', 'worker 3'];

/** What happens in a group of three workers, to one of them or to all. */
interface Happening {
  kind: 'work' | 'heard' | 'gone' | 'reset' | 'restart' | 'upgrade';
  at: number;
  route: string;
}

/** A group whose metrics are kept in a ledger. */
class CountingGroup {
  ledger = new MetricsLedger();
  #ids = 0;
  #upgrades = 0;
  #present = NAMES.map(() => this.#worker());

  happen({ kind, at, route }: Happening): void {
    const { name, counting } = this.#present[at]!;
    const happen: Record<Happening['kind'], () => void> = {
      work: () => counting.work(route),
      heard: () => this.ledger.take(name, counting.report()),
      gone: () => this.#replace(at),
      reset: () => counting.reset(),
      restart: () => this.#restart(),
      upgrade: () => this.#upgrade(),
    };
    happen[kind]();
  }

  #worker() {
    return { name: `worker ${++this.#ids}`, counting: new Counting() };
  }

  #replace(at: number): void {
    this.#present[at] = this.#worker();
    this.ledger.endAllBut((name) => {
      return name.startsWith('group') || this.#present.some((one) => one.name === name);
    });
  }

  /** The process that keeps the ledger starts again, from its file. */
  #restart(): void {
    this.ledger = new MetricsLedger(JSON.parse(JSON.stringify(this.ledger.data())) as LedgerData);
  }

  /** Another group takes over, whose workers have the same names. */
  #upgrade(): void {
    const { ledger } = this;
    this.ledger = new MetricsLedger();
    this.ledger.take(`group ${++this.#upgrades}`, ledger.totals());
    for (const worker of this.#present) worker.counting = new Counting();
  }
}

const happening: fc.Arbitrary<Happening> = fc.record({
  kind: fc.constantFrom(
    ...(['work', 'work', 'work', 'heard', 'heard', 'gone', 'reset', 'restart', 'upgrade'] as const),
  ),
  at: fc.nat(NAMES.length - 1),
  route: fc.constantFrom('/a', '/b'),
});

describe('the metrics of a group', () => {
  it('never fall, whatever becomes of its processes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(happening, { minLength: 20, maxLength: 60 }),
        async (happenings) => {
          const group = new CountingGroup();
          let before: Samples = new Map();
          for (const one of happenings) {
            group.happen(one);
            // oxlint-disable-next-line no-await-in-loop -- one after another
            const after = await counts(group.ledger);
            expect(fallenBetween(before, after)).toEqual([]);
            before = after;
          }
        },
      ),
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
    const samples = await counts(ledger);
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
    expect((await counts(ledger)).get('done_total')).toBe(2);
  });

  it('do not fall by their last bit when processes end, whatever they measured.', async () => {
    const durations = fc.double({ min: 0.001, max: 1e5, noNaN: true });
    await fc.assert(
      fc.asyncProperty(fc.array(durations, { minLength: 3, maxLength: 6 }), async (given) => {
        const ledger = new MetricsLedger();
        for (const [at, ms] of given.entries()) ledger.take(`worker ${at}`, measuredOnce(ms));
        let before = await counts(ledger);
        for (let ended = 0; ended < given.length; ended++) {
          const isPresent = (name: string): boolean => Number(name.slice('worker '.length)) > ended;
          // Gone for good only at the second look.
          ledger.endAllBut(isPresent);
          ledger.endAllBut(isPresent);
          // oxlint-disable-next-line no-await-in-loop -- one end after another
          const after = await counts(ledger);
          expect(fallenBetween(before, after)).toEqual([]);
          before = after;
        }
      }),
    );
  });
});

/** Report of a process with one duration, of ours and of the application. */
function measuredOnce(ms: number): MetricsReport {
  const stats = new Stats();
  stats.duration('waited').record(ms);
  const values = [{ value: ms / 7, labels: {} }];
  const spent = { name: 'spent_total', help: '.', type: 'counter', aggregator: 'sum', values };
  const application = [spent] as unknown as MetricObject[];
  return { epoch: stats.epoch, stats: stats.snapshot('totals'), application };
}
