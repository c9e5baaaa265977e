import { describe, expect, it } from 'vitest';

import { sketchSince } from '../../../../lib/meta/history/sketch-since.ts';
import { StatisticHistory } from '../../../../lib/meta/history/statistic-history.ts';
import { countOf, QuantileSketch } from '../../../../lib/stats/quantile-sketch.ts';
import type { StatSnapshot } from '../../../../lib/stats/snapshot.ts';
import { Stats } from '../../../../lib/stats/stats.ts';

/** A whole minute, in milliseconds. */
const START = 1_800_000_000_000;
const MINUTE = 60_000;

function gauges(values: Record<string, number>): StatSnapshot[] {
  return Object.entries(values).map(([name, value]): StatSnapshot => ({
    kind: 'gauge',
    name,
    help: '',
    unit: '',
    buckets: [],
    series: [{ labels: {}, data: { value } }],
  }));
}

function counter(total: number): StatSnapshot[] {
  const about = { kind: 'counter', name: 'a', help: '', unit: '', buckets: [] } as const;
  return [{ ...about, series: [{ labels: { route: '/a' }, data: { total } }] }];
}

describe('The history of statistics', () => {
  it('has the value of a gauge, merged over processes, at each sample', () => {
    const history = new StatisticHistory();
    history.take(START, [gauges({ a: 1 }), gauges({ a: 2 })]);
    history.take(START + 10_000, [gauges({ a: 5 }), gauges({ a: 2 })]);
    expect(history.of('a', START + 10_000, 5 * MINUTE)).toEqual([
      {
        labels: {},
        points: [
          { at: START, value: 3 },
          { at: START + 10_000, value: 7 },
        ],
      },
    ]);
  });

  it('has the rate of a counter over the time that really passed, and none at first', () => {
    const history = new StatisticHistory();
    history.take(START, [counter(100)]);
    history.take(START + 10_000, [counter(150)]);
    history.take(START + 40_000, [counter(300)]);
    const [series] = history.of('a', START + 40_000, 5 * MINUTE);
    expect(series?.labels).toEqual({ route: '/a' });
    expect(series?.points.map(({ at, rate }) => [at - START, rate])).toEqual([
      [0, null],
      [10_000, 5],
      [40_000, 5],
    ]);
  });

  it('has the quantiles of what came between two samples, not of all time', () => {
    const stats = new Stats();
    const times = stats.duration('a', { help: 'Time' });
    const history = new StatisticHistory();
    for (let at = 0; at < 100; at++) times.record(10);
    history.take(START, [stats.snapshot('totals')]);
    for (let at = 0; at < 20; at++) times.record(500);
    history.take(START + 10_000, [stats.snapshot('totals')]);
    history.take(START + 20_000, [stats.snapshot('totals')]);
    const [series] = history.of('a', START + 20_000, 5 * MINUTE);
    const [, second, third] = series?.points ?? [];
    expect(second?.rate).toBeCloseTo(2);
    for (const figure of ['p50', 'p95', 'p99'] as const) {
      expect((second?.[figure] ?? 0) / 500).toBeCloseTo(1, 1);
    }
    // Nothing came: that is not 0 ms.
    expect(third).toMatchObject({ rate: 0, p50: null, p99: null });
  });

  it('has minutes for three hours: means of gauges, and the largest of quantiles', () => {
    const history = new StatisticHistory();
    for (let at = 0; at < 6; at++) history.take(START + at * 10_000, [gauges({ a: at })]);
    history.take(START + MINUTE, [gauges({ a: 9 })]);
    for (let minute = 2; minute < 120; minute++) {
      history.take(START + minute * MINUTE, [gauges({ a: 9 })]);
    }
    const now = START + 119 * MINUTE;
    const [series] = history.of('a', now, 180 * MINUTE);
    expect(series?.points).toHaveLength(120);
    expect(series?.points[0]).toEqual({ at: START, value: 2.5 });
    expect(history.of('a', now, 5 * MINUTE)[0]?.points.length).toBeLessThanOrEqual(6);
  });

  it('is bounded, but begins to keep what somebody looks at', () => {
    const history = new StatisticHistory();
    const names = Array.from({ length: 500 }, (_, at) => `g${at}`);
    const all = gauges(Object.fromEntries(names.map((name) => [name, 1])));
    history.take(START, [all]);
    const kept = names.filter((name) => history.of(name, START, MINUTE).length > 0);
    expect(kept).toHaveLength(400);
    history.watch('g499');
    history.take(START + 10_000, [all]);
    expect(history.of('g499', START + 10_000, MINUTE)).toHaveLength(1);
    expect(history.of('g498', START + 10_000, MINUTE)).toEqual([]);
  });

  it('keeps no more than fifty series of one statistic', () => {
    const history = new StatisticHistory();
    const series = Array.from({ length: 80 }, (_, at) => {
      return { labels: { at: String(at) }, data: { value: at } };
    });
    history.watch('a');
    history.take(START, [[{ ...gauges({ a: 0 })[0], series } as StatSnapshot]]);
    expect(history.of('a', START, MINUTE)).toHaveLength(50);
  });

  it('makes room for others once a statistic is gone for longer than it is shown', () => {
    const history = new StatisticHistory();
    history.take(START, [gauges({ a: 1 })]);
    history.take(START + 60 * MINUTE, [gauges({ b: 1 })]);
    expect(history.of('a', START + 60 * MINUTE, 180 * MINUTE)).toHaveLength(1);
    history.take(START + 200 * MINUTE, [gauges({ b: 1 })]);
    expect(history.of('a', START + 200 * MINUTE, 180 * MINUTE)).toEqual([]);
  });
});

describe('What came to a sketch', () => {
  it('since an earlier snapshot, also when its bins have grown at both ends', () => {
    const sketch = new QuantileSketch();
    for (const value of [10, 10, -5, 0]) sketch.add(value);
    const before = sketch.data();
    for (const value of [1, 10, 900, -7, 0, 0]) sketch.add(value);
    const since = sketchSince(sketch.data(), before);
    expect(countOf(since)).toBe(6);
    expect(since.zeros).toBe(2);
  });

  it('is never less than nothing: a process may have begun anew', () => {
    const sketch = new QuantileSketch();
    for (const value of [10, 10, 20]) sketch.add(value);
    const before = sketch.data();
    const anew = new QuantileSketch();
    anew.add(10);
    expect(countOf(sketchSince(anew.data(), before))).toBe(0);
  });
});
