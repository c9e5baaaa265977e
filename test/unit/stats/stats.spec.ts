import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Cardinality } from '../../../lib/stats/cardinality.ts';
import { HeavyHitters } from '../../../lib/stats/heavy-hitters.ts';
import { processStats } from '../../../lib/stats/process-stats.ts';
import { Ring } from '../../../lib/stats/ring.ts';
import { StatsError } from '../../../lib/stats/stats.errors.ts';
import { Stats } from '../../../lib/stats/stats.ts';
import { Counted, Timed } from '../../../lib/stats/timed.decorator.ts';

/** A clock that stands where the test puts it. */
function standing(): { now: () => number; at: number } {
  return {
    at: 0,
    now() {
      return this.at;
    },
  };
}

describe('Stats', () => {
  it('gives the same statistic for the same name and labels', () => {
    const stats = new Stats();
    expect(stats.counter('a.b')).toBe(stats.counter('a.b'));
    expect(stats.counter('c', {}, { x: '1' })).toBe(stats.counter('c', {}, { x: '1' }));
    expect(stats.counter('c', {}, { x: '1' })).not.toBe(stats.counter('c', {}, { x: '2' }));
  });

  it('refuses a name as another kind, and a name that cannot be exported', () => {
    const stats = new Stats();
    stats.counter('a');
    expect(() => stats.gauge('a')).toThrow(StatsError);
    for (const name of ['', 'a b', '1a', 'a.', 'ä']) {
      expect(() => stats.counter(name)).toThrow('is not a valid statistic name');
    }
  });

  it('folds labels past the limit into "other" and says so once', () => {
    const said: string[] = [];
    const stats = new Stats({ maxSeries: 3 });
    stats.onLimit((message) => said.push(message));
    for (let index = 0; index < 100; index++) stats.counter('c', {}, { id: `${index}` }).add();
    const [{ series } = { series: [] }] = stats.snapshot();
    expect(series).toHaveLength(4);
    expect(series.at(-1)).toEqual({ labels: { id: 'other' }, data: { total: 97 } });
    expect(said).toEqual([
      '"c" has 3 different sets of labels; further ones are counted as "other"',
    ]);
  });

  it('shows no more names than it may, and says so once', () => {
    const said: string[] = [];
    const stats = new Stats({ maxNames: 2 });
    stats.onLimit((message) => said.push(message));
    for (const name of ['a', 'b', 'c', 'd']) stats.counter(name).add();
    expect(stats.snapshot().map(({ name }) => name)).toEqual(['a', 'b']);
    expect(said).toHaveLength(1);
  });

  it('reports limits to each listener until it is removed', () => {
    const heard: string[] = [];
    const stats = new Stats({ maxSeries: 1 });
    stats.onLimit(() => heard.push('first'));
    const remove = stats.onLimit(() => heard.push('second'));
    for (const id of ['1', '2']) stats.counter('a', {}, { id }).add();
    remove();
    for (const id of ['1', '2']) stats.counter('b', {}, { id }).add();
    expect(heard).toEqual(['first', 'second', 'first']);
  });

  it('times what runs, also what fails, and blocks that end', async () => {
    const clock = standing();
    const stats = new Stats({ clock });
    const took = (ms: number) => () => {
      clock.at += ms;
    };
    stats.duration('d').time(took(5));
    expect(() =>
      stats.duration('d').time(() => {
        took(7)();
        throw new Error('as asked');
      }),
    ).toThrow('as asked');
    await stats.duration('d').time(async () => took(9)());
    {
      using timer = stats.start('d');
      took(11)();
      expect(timer.end()).toBe(11);
      took(100)();
    }
    expect(stats.duration('d').snapshot()).toMatchObject({
      count: 4,
      sum: 32,
      min: 5,
      max: 11,
      last: 11,
    });
  });

  it('measures the time between events', () => {
    const clock = standing();
    const interval = new Stats({ clock }).interval('i');
    for (const at of [10, 15, 35]) {
      clock.at = at;
      interval.mark();
    }
    expect(interval.snapshot()).toMatchObject({ count: 2, min: 5, max: 20 });
  });

  it('keeps the last interval apart from all, and sixty of them', () => {
    const stats = new Stats();
    const value = stats.value('v');
    for (let round = 1; round <= 70; round++) {
      value.record(round);
      stats.rotate(10_000);
    }
    const { count, interval, points, rates } = value.snapshot();
    expect(count).toBe(70);
    expect(interval).toMatchObject({ count: 1, sum: 70 });
    expect(points).toHaveLength(60);
    expect(points[0]?.sum).toBe(11);
    expect(rates.m1).toBeCloseTo(0.1);
  });

  it('gives no quantile of too few values', () => {
    const value = new Stats().value('v');
    for (let index = 1; index < 50; index++) value.record(index);
    expect(value.snapshot()).toMatchObject({
      p50: expect.any(Number),
      p95: expect.any(Number),
      p99: null,
    });
    value.record(50);
    expect(value.snapshot().p99).toBeCloseTo(50, -1);
  });

  it('adds up the time in states, the present ones included', () => {
    const clock = standing();
    const states = new Stats({ clock }).states('s');
    const one = states.begin('IDLE');
    clock.at = 10;
    one.enter('BUSY');
    const two = states.begin('IDLE');
    clock.at = 30;
    one.end();
    one.enter('IDLE');
    clock.at = 35;
    expect(states.snapshot()).toEqual({
      states: {
        IDLE: { entered: 2, current: 1, totalMs: 10 + 25 },
        BUSY: { entered: 1, current: 0, totalMs: 20 },
      },
      transitions: { 'IDLE>BUSY': 1 },
    });
    expect(two.state).toBe('IDLE');
  });

  it('keeps 32 states and counts the rest as one', () => {
    const states = new Stats().states('s');
    for (let index = 0; index < 100; index++) states.begin(`S${index}`).enter(`T${index}`);
    expect(Object.keys(states.snapshot().states)).toHaveLength(33);
  });

  it('reads gauges and counters that are kept elsewhere', () => {
    const stats = new Stats();
    stats.gauge('g').observe(() => 7);
    stats.counter('c').observe(() => 8);
    expect(stats.snapshot().map(({ series }) => series[0]?.data)).toEqual([
      { value: 7 },
      { total: 8 },
    ]);
  });
});

describe('sketches', () => {
  it('count different items within 5 %', () => {
    for (const size of [10, 1_000, 100_000]) {
      const cardinality = new Cardinality();
      for (let index = 0; index < size * 2; index++) cardinality.add(`user-${index % size}`);
      expect(Math.abs(cardinality.estimate() - size)).toBeLessThanOrEqual(Math.max(1, size * 0.05));
    }
  });

  it('keep every item that makes up more than 1/64 of all, with its bounds', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 300 }), { maxLength: 2_000 }), (items) => {
        const hitters = new HeavyHitters();
        const counts = new Map<string, number>();
        for (const item of items.map(String)) {
          hitters.add(item);
          counts.set(item, (counts.get(item) ?? 0) + 1);
        }
        const top = new Map(hitters.top().map((one) => [one.item, one]));
        expect(top.size).toBeLessThanOrEqual(64);
        for (const [item, count] of counts) {
          if (count > items.length / 64) expect(top.has(item)).toBe(true);
          const told = top.get(item);
          if (told === undefined) continue;
          expect(told.count).toBeGreaterThanOrEqual(count);
          expect(told.count - told.error).toBeLessThanOrEqual(count);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('Ring', () => {
  it('holds the latest, the oldest first', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 1, max: 10 }), (items, capacity) => {
        const ring = new Ring<number>(capacity);
        for (const item of items) ring.push(item);
        expect(ring.toArray()).toEqual(items.slice(-capacity));
      }),
    );
  });
});

describe('decorators', () => {
  class Service {
    @Timed('service.work')
    @Counted('service.calls')
    async work(value: number): Promise<number> {
      return value * 2;
    }

    @Timed()
    @Counted()
    sync(): string {
      return 'done';
    }
  }

  it('measure and count, and change nothing else', async () => {
    const service = new Service();
    expect(await service.work(2)).toBe(4);
    expect(service.sync()).toBe('done');
    const stats = processStats();
    expect(stats.duration('service.work').snapshot().count).toBe(1);
    expect(stats.counter('service.calls').snapshot().total).toBe(1);
    expect(stats.duration('methods.Service.sync').snapshot().count).toBe(1);
    expect(stats.counter('methods.Service.sync.calls').snapshot().total).toBe(1);
    expect(Service.prototype.work.name).toBe('work');
  });
});
