import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import {
  type ClassResult,
  type OfferedClass,
  offer,
} from '../../../bench/admission/offered-load.ts';
import { IS_LONG, MEASURED } from '../../support/length.ts';
import { quantile, report, steadily } from '../../support/load.ts';
import { get } from '../../support/raw-connection.ts';
import { startGroup, type TestGroup } from '../../support/test-group.ts';

/** What one process can do of `/blocking`, per second. */
const CAPACITY = 50;

/** Seconds that are counted of each load. */
const SECONDS = IS_LONG ? 300 : 5;

const WARM_UP_SECONDS = 2;

/** Time for all loads of a test, in milliseconds. */
const WITHIN_MS = IS_LONG ? 1_800_000 : 90_000;

type Phases = OfferedClass['phases'];

function startOverloaded(workers = 1): Promise<TestGroup> {
  return startGroup({ app: 'overload.app', options: { workers } });
}

function steady(perSecond: number): Phases {
  return [{ seconds: SECONDS + WARM_UP_SECONDS, perSecond }];
}

function blocking<N extends string>(
  name: N,
  perSecond: number,
  priority?: string,
): OfferedClass & { name: N } {
  const headers: Record<string, string> = priority === undefined ? {} : { 'x-priority': priority };
  return { name, path: '/blocking', headers, phases: steady(perSecond) };
}

/** More than a dependency can do that has become slow. */
function dependent(seconds: number): (OfferedClass & { name: 'all' })[] {
  return [{ name: 'all', path: '/dependent', phases: [{ seconds, perSecond: 400 }] }];
}

async function load<N extends string>(
  { port }: TestGroup,
  classes: readonly (OfferedClass & { readonly name: N })[],
  {
    warmUpSeconds = WARM_UP_SECONDS,
    connections = 128,
  }: { warmUpSeconds?: number; connections?: number } = {},
): Promise<Record<N, ClassResult>> {
  const about = { connections, warmUpSeconds, seed: 11 };
  // The generator answers for each class that it was given.
  return (await offer({ port, classes, ...about })) as Record<N, ClassResult>;
}

/** Answers in time, of what can be done in that time. */
function shareOfCapacity({ good, seconds }: ClassResult): number {
  return good / seconds / CAPACITY;
}

function refusedOf({ refused, ended }: ClassResult): number {
  return refused / ended;
}

describe('a worker that is asked for more than it can do', { timeout: WITHIN_MS }, () => {
  it(
    'F4 does at 2x and 5x what it can do, in time, and refuses the rest at once',
    MEASURED,
    async () => {
      const group = await startOverloaded();
      const { double } = await load(group, [blocking('double', CAPACITY * 2)]);
      const { five } = await load(group, [blocking('five', CAPACITY * 5)]);
      report('F4', {
        '2x of capacity': shareOfCapacity(double),
        '2x p99': double.p99,
        '5x of capacity': shareOfCapacity(five),
        '5x p99 of refusals': five.refusedP99,
      });
      expect(shareOfCapacity(double)).toBeGreaterThan(0.85);
      expect(shareOfCapacity(five)).toBeGreaterThan(0.8);
      // Ten handlers may wait, each 20 ms; the rest is for a busy machine.
      expect(double.p99).toBeLessThan(500);
      expect(five.refusedP99).toBeLessThan(200);
      expect(double.lost + five.lost).toBe(0);
    },
  );

  it('F5 refuses nobody any more two seconds after the load has fallen', MEASURED, async () => {
    const group = await startOverloaded();
    const phases: Phases = [
      { seconds: SECONDS, perSecond: CAPACITY * 5 },
      { seconds: 5, perSecond: CAPACITY / 2 },
    ];
    const { all } = await load(group, [{ name: 'all' as const, path: '/blocking', phases }], {
      warmUpSeconds: 0,
    });
    const afterMs = all.lastRefusedMs - SECONDS * 1_000;
    report('F5', { 'ms to the last refusal': afterMs, limit: 2_000 });
    expect(all.refused).toBeGreaterThan(0);
    expect(all.lost).toBe(0);
    expect(afterMs).toBeLessThan(2_000);
  });

  it('F6 refuses hardly anybody at 0.8x, however the requests come', MEASURED, async () => {
    const group = await startOverloaded();
    const { all } = await load(group, [blocking('all', CAPACITY * 0.8)]);
    report('F6', { refused: all.refused, of: all.ended, p99: all.p99 });
    expect(all.lost).toBe(0);
    // In a short run one burst is more than a fraction of a percent.
    expect(all.refused / all.ended).toBeLessThan(IS_LONG ? 0.005 : 0.03);
  });

  it('F13 sheds nothing of a fast route while a slow one is overloaded', MEASURED, async () => {
    const group = await startOverloaded();
    const { quick, slow } = await load(group, [
      { name: 'quick' as const, path: '/quick', phases: steady(50) },
      { name: 'slow' as const, path: '/slow', phases: steady(100) },
    ]);
    report('F13', {
      'quick refused': quick.refused,
      of: quick.ended,
      'slow refused': slow.refused,
    });
    expect(slow.refused).toBeGreaterThan(0);
    expect(quick.refused).toBe(0);
    expect(quick.answered).toBe(quick.ended);
    expect(quick.lost + slow.lost).toBe(0);
  });

  it(
    'F14 answers what is critical at 3x, and refuses what matters least first',
    MEASURED,
    async () => {
      const group = await startOverloaded();
      const { critical, normal, sheddable } = await load(group, [
        blocking('critical', CAPACITY * 0.3, 'critical'),
        blocking('normal', CAPACITY * 1.35, 'normal'),
        blocking('sheddable', CAPACITY * 1.35, 'sheddable'),
      ]);
      report('F14', {
        'critical answered': critical.answered,
        of: critical.ended,
        'normal refused': refusedOf(normal),
        'sheddable refused': refusedOf(sheddable),
      });
      expect(critical.answered / critical.ended).toBeGreaterThanOrEqual(0.999);
      expect(refusedOf(sheddable)).toBeGreaterThan(0.95);
      expect(refusedOf(normal)).toBeLessThan(refusedOf(sheddable));
      expect(critical.lost + normal.lost + sheddable.lost).toBe(0);
    },
  );

  it('F29 answers every probe at 5x', async () => {
    const group = await startOverloaded();
    const { probes } = await load(group, [
      blocking('all', CAPACITY * 5),
      { name: 'probes' as const, path: '/readyz', phases: steady(20) },
    ]);
    report('F29', { p50: probes.p50, p99: probes.p99, limit: 50, refused: probes.refused });
    expect(probes.answered).toBe(probes.ended);
    expect(probes.lost).toBe(0);
    expect(IS_LONG ? probes.p99 : probes.p50).toBeLessThan(50);
  });

  it(
    'F31 refuses hardly anybody because a dependency is slow, and nobody when it is quick again',
    MEASURED,
    async () => {
      const group = await startOverloaded();
      await load(group, dependent(4), { warmUpSeconds: 1 });
      await get(group.port, '/stall?factor=10');
      // Each answer takes half a second: fewer connections would hold requests back themselves.
      const { all: slow } = await load(group, dependent(12), {
        warmUpSeconds: 5,
        connections: 256,
      });
      const share = slow.answered / slow.ended;
      report('F31', { 'answered while it is slow': share, limit: 0.8, of: slow.ended });
      expect(share).toBeGreaterThan(0.8);
      expect(slow.lost).toBe(0);
      await get(group.port, '/stall?factor=1');
      const { all } = await load(group, dependent(4), { warmUpSeconds: 1 });
      expect(all.answered).toBe(all.ended);
      expect(all.ended).toBeGreaterThan(0);
      expect(all.lost).toBe(0);
    },
  );
});

describe('a group whose workers are overloaded', { timeout: WITHIN_MS }, () => {
  it(
    'F12 serves as many of new clients as of those that keep their connections, and as fast',
    MEASURED,
    async () => {
      const group = await startOverloaded(2);
      const hogs = load(group, [blocking('hogs', CAPACITY * 4)]);
      await sleep(WARM_UP_SECONDS * 1_000);
      const newcomers = await steadily({ everyMs: 100, forMs: SECONDS * 1_000 }, () =>
        group.get('/blocking'),
      );
      const { hogs: kept } = await hogs;
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
      });
      // Each is answered, and the hogs are more than all can be served.
      const strangers = newcomers.filter(({ status }) => status !== 200 && status !== 503);
      expect(strangers).toEqual([]);
      expect(kept.refused).toBeGreaterThan(0);
      expect(kept.lost).toBe(0);
      // In a short run chance alone makes them differ by some tenths.
      expect(share).toBeGreaterThan(keptShare * (IS_LONG ? 0.8 : 0.6));
      expect(p99).toBeLessThan(2 * kept.p99);
    },
  );
});
