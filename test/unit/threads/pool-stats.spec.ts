import { describe, expect, it } from 'vitest';

import { Stats } from '../../../lib/stats/stats.ts';
import { PoolStats } from '../../../lib/threads/pool-stats.ts';

const LABELS = { pool: 'cpu' };

function open() {
  const stats = new Stats();
  const figures = { waiting: 1, busy: 2, ready: 3, abandoned: 4, booting: 5 };
  const pool = new PoolStats(stats, { name: 'cpu', threads: 8 }, figures);
  return { stats, pool, figures };
}

function gaugeOf(stats: Stats, name: string): unknown {
  const found = stats.snapshot().find((one) => one.name === `buttress.threads.${name}`);
  return found?.series.map(({ labels, data }) => ({ labels, data }));
}

describe('the statistics of a pool of threads', () => {
  it('are its figures at a time', () => {
    const { stats, figures } = open();
    const expected = { ...figures, limit: 8 };
    for (const [name, value] of Object.entries(expected)) {
      expect(gaugeOf(stats, name)).toEqual([{ labels: LABELS, data: { value } }]);
    }
    figures.busy = 0;
    expect(gaugeOf(stats, 'busy')).toMatchObject([{ data: { value: 0 } }]);
  });

  it('are what its threads and calls waited for', () => {
    const { stats, pool } = open();
    expect(pool.lastBootMs).toBe(0);
    expect(pool.snapshot()).toEqual({
      booted: 0,
      idled: 0,
      lastMs: null,
      waits: 0,
      longestWaitMs: 0,
    });
    pool.booted(200);
    pool.booted(150);
    for (const ms of [180, 220, 10]) pool.waitedForBoot(ms);
    pool.idled();
    expect(pool.lastBootMs).toBe(150);
    expect(pool.snapshot()).toEqual({
      booted: 2,
      idled: 1,
      lastMs: 150,
      waits: 3,
      longestWaitMs: 220,
    });
    const sums = ['boot', 'boot_wait'].map((name) => {
      const { count, sum } = stats.duration(`buttress.threads.${name}`, {}, LABELS).snapshot();
      return [count, sum];
    });
    expect(sums).toEqual([
      [2, 350],
      [3, 410],
    ]);
  });
});
