import { describe, expect, it } from 'vitest';

import { StatsError } from '../../../lib/stats/stats.errors.ts';
import { Stats } from '../../../lib/stats/stats.ts';
import { Counted, Timed } from '../../../lib/stats/timed.decorator.ts';

/** As JavaScript may give them, with what a check names. */
const WRONG: [string, object][] = [
  ['.halp is not an option', { halp: 'Time of queries' }],
  ['.help must be ', { help: 5 }],
  ['.unit must be ', { unit: 'bytes/s' }],
  ['.buckets must be ', { buckets: 10 }],
  ['.buckets must be ', { buckets: [1, '2'] }],
  ['.buckets must be ', { buckets: [2, 1] }],
  ['.buckets must be ', { buckets: [1, 1] }],
  ['.buckets must be ', { buckets: [1, Infinity] }],
  ['.maxSeries must be ', { maxSeries: 0 }],
  ['.maxSeries must be ', { maxSeries: 1.5 }],
  ['.maxSeries must be ', { maxSeries: '10' }],
];

describe('a wrong option of a statistic', () => {
  it.each(WRONG)('is refused when it is created: %s %o', (message, options) => {
    const stats = new Stats();
    expect(() => stats.value('db.rows', options)).toThrow(`"db.rows"${message}`);
    expect(() => stats.start('db.query', options)).toThrow(`"db.query"${message}`);
    expect(stats.snapshot()).toEqual([]);
  });

  it.each(WRONG)('is refused by @Timed and @Counted at once: %s %o', (message, options) => {
    expect(() => Timed('service.work', options)).toThrow(`@Timed${message}`);
    expect(() => Counted('service.calls', options)).toThrow(`@Counted${message}`);
  });
});

describe('a wrong option of Stats', () => {
  it.each<[string, object]>([
    ['maxSerie is not an option', { maxSerie: 5 }],
    ['maxSeries must be ', { maxSeries: 0 }],
    ['maxNames must be ', { maxNames: Number.NaN }],
    ['clock must be ', { clock: Date.now }],
  ])('is refused: %s', (message, options) => {
    expect(() => new Stats(options)).toThrow(`Stats.${message}`);
  });
});

describe('the options of a statistic', () => {
  it('are in its snapshot, the name as its description by default', () => {
    const stats = new Stats();
    stats.value('a.size', { help: 'Sizes', unit: 'bytes', buckets: [1, 10] });
    stats.value('b', { help: undefined, unit: '' } as object);
    expect(stats.snapshot()).toMatchObject([
      { name: 'a.size', help: 'Sizes', unit: 'bytes', buckets: [1, 10] },
      { name: 'b', help: 'b', unit: '', buckets: [] },
    ]);
  });

  it('limit its sets of labels instead of those of Stats', () => {
    const stats = new Stats({ maxSeries: 1 });
    for (const id of ['1', '2', '3']) stats.counter('c', { maxSeries: 2 }, { id }).add();
    expect(stats.snapshot()[0]?.series).toHaveLength(3);
  });
});

describe('a name that can not be exported', () => {
  it('is refused where the method is decorated, given or made of class and method', () => {
    expect(() => decorated(Timed('db query'))).toThrow(StatsError);
    expect(() => decorated(Counted('db query'))).toThrow(StatsError);
    expect(() => decorated(Timed(), '$query')).toThrow(
      '"methods.Service.$query" is not a valid statistic name',
    );
    expect(() => decorated(Counted(), '$query')).toThrow('"methods.Service.$query.calls" is no');
  });
});

function decorated(decorator: MethodDecorator, key = 'query'): void {
  class Service {
    readonly name = 'service';
  }
  decorator(Service.prototype, key, { value: () => 1 });
}
