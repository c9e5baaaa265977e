import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { IS_LONG } from '../../support/length.ts';
import { quantile, report, steadily } from '../../support/load.ts';
import { get } from '../../support/raw-connection.ts';
import {
  blocking,
  CAPACITY,
  dependent,
  load,
  measureCapacity,
  type Phases,
  refusedOf,
  SECONDS,
  shareOf,
  shareStood,
  startOverloaded,
  steady,
  WARM_UP_SECONDS,
  WITHIN_MS,
} from './offered.ts';

describe('a worker that is asked for more than it can do', { timeout: WITHIN_MS }, () => {
  it('F4 does at 2x and 5x what it can do, in time, and refuses the rest at once', async () => {
    const group = await startOverloaded();
    const capacity = await measureCapacity(group);
    const { double, stoodMs, longestMs } = await load(group, [blocking('double', CAPACITY * 2)]);
    const five = await load(group, [blocking('five', CAPACITY * 5)]);
    const [doubled, fivefold] = [
      shareOf(capacity, double, stoodMs),
      shareOf(capacity, five.five, five.stoodMs),
    ];
    report('F4', {
      'capacity per second': capacity,
      '2x of capacity': doubled,
      '2x p99': double.p99,
      '5x of capacity': fivefold,
      '5x p99 of refusals': five.five.refusedP99,
      'stood still for ms': stoodMs + five.stoodMs,
    });
    expect(doubled).toBeGreaterThan(0.85);
    expect(fivefold).toBeGreaterThan(0.8);
    // Ten handlers may wait, each 20 ms; the rest is for a busy machine.
    expect(double.p99).toBeLessThan(500 + longestMs);
    expect(five.five.refusedP99).toBeLessThan(200 + five.longestMs);
    expect(double.lost + five.five.lost).toBe(0);
  });

  it('F5 refuses nobody any more two seconds after the load has fallen', async () => {
    const group = await startOverloaded();
    const phases: Phases = [
      { seconds: SECONDS, perSecond: CAPACITY * 5 },
      { seconds: 5, perSecond: CAPACITY / 2 },
    ];
    const classes = [{ name: 'all' as const, path: '/blocking', phases }];
    const { all, stoodMs } = await load(group, classes, { warmUpSeconds: 0 });
    const afterMs = all.lastRefusedMs - SECONDS * 1_000;
    report('F5', {
      'ms to the last refusal': afterMs,
      limit: 2_000,
      'stood still for ms': stoodMs,
    });
    expect(all.refused).toBeGreaterThan(0);
    expect(all.lost).toBe(0);
    expect(afterMs).toBeLessThan(2_000 + stoodMs);
  });

  it('F6 refuses hardly anybody at 0.8x, however the requests come', async () => {
    const group = await startOverloaded();
    const capacity = await measureCapacity(group);
    const { all, stoodMs } = await load(group, [blocking('all', capacity * 0.8)]);
    report('F6', {
      'capacity per second': capacity,
      refused: all.refused,
      of: all.ended,
      'stood still for ms': stoodMs,
    });
    expect(all.lost).toBe(0);
    // In a short run one burst is more than a fraction of a percent.
    const limit = (IS_LONG ? 0.005 : 0.03) + shareStood(all, stoodMs);
    expect(refusedOf(all)).toBeLessThan(limit);
  });

  it('F13 sheds nothing of a fast route while a slow one is overloaded', async () => {
    const group = await startOverloaded();
    const classes = [
      { name: 'quick' as const, path: '/quick', phases: steady(50) },
      { name: 'slow' as const, path: '/slow', phases: steady(100) },
    ];
    // 200 requests are at work where none is refused: fewer connections would hold them back.
    const { quick, slow, stoodMs } = await load(group, classes, { connections: 384 });
    report('F13', {
      'quick refused': quick.refused,
      of: quick.ended,
      'slow refused': slow.refused,
      'stood still for ms': stoodMs,
    });
    expect(slow.refused).toBeGreaterThan(0);
    expect(refusedOf(quick)).toBeLessThanOrEqual(shareStood(quick, stoodMs));
    expect(quick.failed + slow.failed).toBe(0);
    expect(quick.lost + slow.lost).toBe(0);
  });

  it('F14 answers what is critical at 3x, and refuses what matters least first', async () => {
    const group = await startOverloaded();
    const { critical, normal, sheddable, stoodMs } = await load(group, [
      blocking('critical', CAPACITY * 0.3, 'critical'),
      blocking('normal', CAPACITY * 1.35, 'normal'),
      blocking('sheddable', CAPACITY * 1.35, 'sheddable'),
    ]);
    report('F14', {
      'critical answered': critical.answered,
      of: critical.ended,
      'normal refused': refusedOf(normal),
      'sheddable refused': refusedOf(sheddable),
      'stood still for ms': stoodMs,
    });
    expect(refusedOf(critical)).toBeLessThanOrEqual(0.001 + shareStood(critical, stoodMs));
    expect(refusedOf(sheddable)).toBeGreaterThan(0.95);
    expect(refusedOf(normal)).toBeLessThan(refusedOf(sheddable));
    expect(critical.failed + normal.failed + sheddable.failed).toBe(0);
    expect(critical.lost + normal.lost + sheddable.lost).toBe(0);
  });

  it('F31 refuses hardly anybody because a dependency is slow, and nobody when it is quick again', async () => {
    const group = await startOverloaded();
    await load(group, dependent(4), { warmUpSeconds: 1 });
    await get(group.port, '/stall?factor=10');
    // Each answer takes half a second: fewer connections would hold requests back themselves.
    const { all: slow, stoodMs } = await load(group, dependent(12), {
      warmUpSeconds: 5,
      connections: 256,
    });
    const share = slow.answered / slow.ended;
    report('F31', {
      'answered while it is slow': share,
      limit: 0.8,
      'stood still for ms': stoodMs,
    });
    expect(share).toBeGreaterThan(0.8 - shareStood(slow, stoodMs));
    expect(slow.failed + slow.lost).toBe(0);
    await get(group.port, '/stall?factor=1');
    const { all, stoodMs: thenMs } = await load(group, dependent(4), { warmUpSeconds: 1 });
    expect(refusedOf(all)).toBeLessThanOrEqual(shareStood(all, thenMs));
    expect(all.ended).toBeGreaterThan(0);
    expect(all.failed + all.lost).toBe(0);
  });
});

describe('a group whose workers are overloaded', { timeout: WITHIN_MS }, () => {
  it('F12 serves as many of new clients as of those that keep their connections, and as fast', async () => {
    const group = await startOverloaded(2);
    const hogs = load(group, [blocking('hogs', CAPACITY * 4)]);
    await sleep(WARM_UP_SECONDS * 1_000);
    const newcomers = await steadily({ everyMs: 50, forMs: SECONDS * 1_000 }, () =>
      group.get('/blocking'),
    );
    const { hogs: kept, stoodMs, longestMs } = await hogs;
    const served = newcomers.filter(({ status }) => status === 200);
    const share = served.length / newcomers.length;
    const keptShare = kept.answered / kept.ended;
    const p99 = quantile(
      served.map(({ closedAfterMs }) => closedAfterMs),
      0.99,
    );
    report('F12', {
      newcomers: newcomers.length,
      'share served': share,
      'share of hogs served': keptShare,
      p99,
      'p99 of hogs': kept.p99,
      'stood still for ms': stoodMs,
    });
    // Each is answered, and the hogs are more than all can be served.
    const strangers = newcomers.filter(({ status }) => status !== 200 && status !== 503);
    expect(strangers).toEqual([]);
    expect(kept.refused).toBeGreaterThan(0);
    expect(kept.lost).toBe(0);
    // In a short run chance alone makes them differ by some tenths.
    expect(share).toBeGreaterThan(keptShare * (IS_LONG ? 0.8 : 0.6));
    expect(p99).toBeLessThan(2 * kept.p99 + longestMs);
  });
});
