import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { StatSnapshot } from '../../../lib/stats/snapshot.ts';
import { Stats } from '../../../lib/stats/stats.ts';

/** What a thread with so much to tell has counted. */
function counted(calls: number, open = 0): StatSnapshot[] {
  const stats = new Stats();
  stats.counter('calls').add(calls);
  stats.gauge('open').set(open);
  for (let call = 0; call < calls; call++) stats.value('size').record(10);
  return stats.snapshot();
}

function seriesOf(stats: Stats, name: string): StatSnapshot['series'] {
  return stats.snapshot().find((one) => one.name === name)?.series ?? [];
}

function figure(stats: Stats, name: string): unknown {
  return seriesOf(stats, name)[0]?.data;
}

describe('the statistics of a process with threads', () => {
  it('are its own while no thread says anything', () => {
    const stats = new Stats();
    stats.counter('calls').add(2);
    stats.retire(1);
    stats.include(1, []);
    expect(stats.snapshot()).toEqual([
      expect.objectContaining({ name: 'calls', series: [{ labels: {}, data: { total: 2 } }] }),
    ]);
  });

  it('hold what the threads have counted, too', () => {
    const stats = new Stats();
    stats.counter('calls').add(1);
    stats.include(1, counted(10, 3));
    stats.include(2, counted(100, 4));
    expect(figure(stats, 'calls')).toEqual({ total: 111 });
    expect(figure(stats, 'open')).toEqual({ value: 7 });
    expect(figure(stats, 'size')).toMatchObject({ count: 110, sum: 1_100 });
  });

  it('take what a thread says in place of what it said before', () => {
    const stats = new Stats();
    for (const calls of [1, 5, 9]) stats.include(1, counted(calls, calls));
    expect([figure(stats, 'calls'), figure(stats, 'open')]).toEqual([{ total: 9 }, { value: 9 }]);
  });

  it('keep series with different labels apart', () => {
    const [own, thread] = [new Stats(), new Stats()];
    own.counter('calls', {}, { method: 'a' }).add(1);
    thread.counter('calls', {}, { method: 'a' }).add(2);
    thread.counter('calls', {}, { method: 'b' }).add(3);
    own.include(1, thread.snapshot());
    expect(seriesOf(own, 'calls')).toEqual([
      { labels: { method: 'a' }, data: { total: 3 } },
      { labels: { method: 'b' }, data: { total: 3 } },
    ]);
  });

  it('are what can be copied to other processes', () => {
    const stats = new Stats();
    stats.include(1, counted(3));
    expect(structuredClone(stats.snapshot())).toEqual(stats.snapshot());
  });
});

describe('a thread that has ended', () => {
  it('leaves what it counted, not what it held', () => {
    const stats = new Stats();
    stats.include(1, counted(10, 3));
    stats.include(2, counted(5, 2));
    stats.retire(1);
    expect(figure(stats, 'calls')).toEqual({ total: 15 });
    expect(figure(stats, 'open')).toEqual({ value: 2 });
    stats.retire(2);
    expect(figure(stats, 'calls')).toEqual({ total: 15 });
    expect(seriesOf(stats, 'open')).toEqual([]);
    expect(figure(stats, 'size')).toMatchObject({ count: 15, sum: 150 });
  });

  it('ends once', () => {
    const stats = new Stats();
    stats.include(1, counted(10));
    stats.retire(1);
    stats.retire(1);
    stats.retire(7);
    expect(figure(stats, 'calls')).toEqual({ total: 10 });
  });

  it('is in no state any more, but was', () => {
    const [stats, thread] = [new Stats(), new Stats()];
    thread.states('worker').begin('IDLE').enter('BUSY');
    stats.include(1, thread.snapshot());
    expect(figure(stats, 'worker')).toMatchObject({ states: { BUSY: { current: 1 } } });
    stats.retire(1);
    expect(figure(stats, 'worker')).toMatchObject({
      states: { IDLE: { entered: 1, current: 0 }, BUSY: { entered: 1, current: 0 } },
      transitions: { 'IDLE>BUSY': 1 },
    });
  });

  it('does not change what it said itself', () => {
    const thread = new Stats();
    thread.states('worker').begin('IDLE');
    const said = thread.snapshot();
    const before = structuredClone(said);
    const stats = new Stats();
    stats.include(1, said);
    stats.retire(1);
    expect(said).toEqual(before);
  });
});

describe('what threads count, whenever they come and go,', () => {
  it('is never lost and never counted twice', () => {
    const step = fc.record({
      thread: fc.nat({ max: 3 }),
      calls: fc.nat({ max: 20 }),
      isEnd: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const stats = new Stats();
        const live = new Map<number, { id: number; total: number }>();
        let all = 0;
        let nextId = 1;
        for (const { thread, calls, isEnd } of steps) {
          const own = live.get(thread) ?? { id: nextId++, total: 0 };
          own.total += calls;
          all += calls;
          stats.include(own.id, counted(own.total, 1));
          live.set(thread, own);
          if (isEnd) {
            stats.retire(own.id);
            live.delete(thread);
          }
          expect(figure(stats, 'calls')).toEqual({ total: all });
          const open = live.size === 0 ? undefined : { value: live.size };
          expect(figure(stats, 'open')).toEqual(open);
        }
      }),
      { numRuns: 50 },
    );
  });
});
