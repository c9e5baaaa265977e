import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { DistributionSnapshot } from '../../../lib/stats/distribution.ts';
import { mergeStats } from '../../../lib/stats/merge.ts';
import { Stats } from '../../../lib/stats/stats.ts';

/** JSON has no negative zero. */
const number = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((x) => (x === 0 ? 0 : x));
const values = fc.array(number, { maxLength: 300 });

/** The statistics of one process that saw these values, some of them intervals ago. */
function processWith(seen: readonly number[], rotateAt: number): ReturnType<Stats['snapshot']> {
  const stats = new Stats();
  for (const [index, value] of seen.entries()) {
    if (index === rotateAt) stats.rotate(1_000);
    stats.value('v').record(value);
    stats.counter('c').add();
  }
  return JSON.parse(JSON.stringify(stats.snapshot())) as ReturnType<Stats['snapshot']>;
}

describe('mergeStats', () => {
  it('counts exactly and finds quantiles within 1 % of those of all values sorted', () => {
    fc.assert(
      fc.property(fc.array(values, { minLength: 1, maxLength: 4 }), fc.nat(50), (all, rotateAt) => {
        const seen = all.flat();
        fc.pre(seen.length > 0);
        const merged = mergeStats(all.map((one) => processWith(one, rotateAt)));
        const v = merged.find(({ name }) => name === 'v')?.series[0]?.data as DistributionSnapshot;
        const c = merged.find(({ name }) => name === 'c')?.series[0]?.data;
        const sorted = Float64Array.from(seen).toSorted();
        expect(c).toEqual({ total: seen.length });
        expect(v.count).toBe(seen.length);
        expect(v.min).toBe(sorted[0]);
        expect(v.max).toBe(sorted.at(-1));
        const sum = seen.reduce((total, value) => total + value, 0);
        expect(v.sum).toBeCloseTo(sum, 3);
        const mean = sum / seen.length;
        const squares = seen.reduce((total, value) => total + (value - mean) ** 2, 0);
        const deviation = seen.length < 2 ? 0 : Math.sqrt(squares / (seen.length - 1));
        expect(v.standardDeviation).toBeCloseTo(deviation, 2);
        for (const [q, told] of [
          [0.5, v.p50],
          [0.95, v.p95],
          [0.99, v.p99],
        ] as const) {
          if (told === null) {
            expect(seen.length).toBeLessThan(0.5 / (1 - q) + 1);
            continue;
          }
          const low = sorted[Math.floor(q * (sorted.length - 1))] ?? NaN;
          expect(Math.abs(told - low)).toBeLessThanOrEqual(Math.abs(low) * 0.0101 + 1e-9);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('adds series of the same labels, in whatever order they are written', () => {
    const a = new Stats();
    const b = new Stats();
    a.counter('c', {}, { x: '1', y: '2' }).add(1);
    b.counter('c', {}, { y: '2', x: '1' }).add(2);
    b.counter('c', {}, { y: '3', x: '1' }).add(4);
    const [merged] = mergeStats([a.snapshot(), b.snapshot()]);
    expect(merged?.series).toEqual([
      { labels: { x: '1', y: '2' }, data: { total: 3 } },
      { labels: { x: '1', y: '3' }, data: { total: 4 } },
    ]);
  });

  it('adds gauges, states, sketches and rates', () => {
    const processes = [1, 2].map((factor) => {
      const stats = new Stats();
      stats.gauge('g').set(factor);
      const machine = stats.states('s').begin('IDLE');
      machine.enter('BUSY');
      for (let index = 0; index < 1_000 * factor; index++) stats.sketch('k').add(`item ${index}`);
      stats.sketch('k').add('item 0');
      stats.duration('d').record(factor);
      stats.rotate(1_000);
      return stats.snapshot();
    });
    const byName = new Map(mergeStats(processes).map((one) => [one.name, one.series[0]?.data]));
    expect(byName.get('g')).toEqual({ value: 3 });
    expect(byName.get('s')).toMatchObject({
      states: { IDLE: { entered: 2, current: 0 }, BUSY: { entered: 2, current: 2 } },
      transitions: { 'IDLE>BUSY': 2 },
    });
    const sketch = byName.get('k') as { count: number; cardinality: number };
    expect(sketch.count).toBe(3_002);
    expect(Math.abs(sketch.cardinality - 2_000)).toBeLessThan(2_000 * 0.05);
    expect(byName.get('d')).toMatchObject({ rates: { m1: 2 }, averages: { m1: 1.5 } });
  });

  it('keeps the first kind where processes disagree', () => {
    const a = new Stats();
    const b = new Stats();
    a.counter('n').add();
    b.gauge('n').set(5);
    expect(mergeStats([a.snapshot(), b.snapshot()])).toMatchObject([
      { kind: 'counter', series: [{ data: { total: 1 } }] },
    ]);
  });
});
