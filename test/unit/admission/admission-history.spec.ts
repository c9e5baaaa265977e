import { describe, expect, it } from 'vitest';

import { AdmissionHistory } from '../../../lib/admission/admission-history.ts';
import type {
  AdmissionSnapshot,
  GroupSnapshot,
} from '../../../lib/admission/admission-snapshot.ts';

function group(name: string, given: Partial<GroupSnapshot>): GroupSnapshot {
  const counts = { arrived: 0, admitted: 0, refused: 0, left: 0, refusals: [] };
  return { name, limit: 20, inFlight: 0, waiting: 0, medianMs: 5, ...counts, ...given };
}

function snapshot(
  groups: GroupSnapshot[],
  given: Partial<AdmissionSnapshot> = {},
): AdmissionSnapshot {
  return {
    fraction: 1,
    shares: { critical: 1, high: 1, normal: 1, sheddable: 1 },
    lagMs: 3,
    lagTargetMs: 20,
    costMs: 1,
    inFlight: 2,
    waiting: 1,
    memory: { rung: 'NONE', fraction: 0.1 },
    bypass: {},
    bodies: { reading: 0, tooSlow: 0 },
    groups,
    ...given,
  };
}

function refusal(reason: 'queue' | 'lag', count: number, priority: 'normal' | 'high') {
  return { reason, priority, count };
}

describe('the history of admission', () => {
  it('counts admitted and refused requests per second, over all groups', () => {
    const history = new AdmissionHistory();
    history.add(snapshot([group('a', { admitted: 5, refused: 1 }), group('b', { admitted: 2 })]));
    history.add(snapshot([group('a', { admitted: 9, refused: 4 }), group('b', { admitted: 2 })]));
    const perSecond = history.points.map(({ admitted, refused }) => [admitted, refused]);
    expect(perSecond).toEqual([
      [7, 1],
      [4, 3],
    ]);
    expect(history.of('a').map(({ admitted }) => admitted)).toEqual([5, 4]);
    expect(history.of('b').map(({ admitted }) => admitted)).toEqual([2, 0]);
    expect(history.of('c')).toEqual([]);
  });

  it('counts refusals by reason, without those of before', () => {
    const history = new AdmissionHistory();
    const first = [refusal('queue', 3, 'normal')];
    const then = [refusal('queue', 3, 'normal'), refusal('queue', 2, 'high')];
    history.add(snapshot([group('a', { refusals: first })]));
    history.add(snapshot([group('a', { refusals: then })]));
    const other = group('b', { refusals: [refusal('lag', 4, 'normal')] });
    history.add(snapshot([group('a', { refusals: then }), other]));
    expect(history.points.map(({ refusals }) => refusals)).toEqual([
      { queue: 3 },
      { queue: 2 },
      { lag: 4 },
    ]);
  });

  it('keeps limits and shares as they were', () => {
    const history = new AdmissionHistory();
    const shares = { critical: 1, high: 1, normal: 0.4, sheddable: 0 };
    history.add(snapshot([group('a', { limit: 20 })]));
    history.add(snapshot([group('a', { limit: 12 })], { fraction: 0.5, shares }));
    expect(history.of('a').map(({ limit }) => limit)).toEqual([20, 12]);
    expect(history.points.at(-1)).toMatchObject({ fraction: 0.5, shares, lagMs: 3, inFlight: 2 });
  });

  it('forgets points older than five minutes', () => {
    const history = new AdmissionHistory();
    for (let second = 1; second <= 301; second++) {
      history.add(snapshot([group('a', { admitted: second * second })]));
    }
    expect(history.points).toHaveLength(300);
    expect(history.points[0]?.admitted).toBe(3);
    expect(history.of('a')).toHaveLength(300);
  });

  it('counts the refusals of a recent span', () => {
    const history = new AdmissionHistory();
    history.add(snapshot([group('a', { refused: 2 })]));
    history.add(snapshot([group('a', { refused: 5 })]));
    expect(history.refusedWithin(30_000)).toBe(5);
    expect(history.refusedWithin(30_000, Date.now() + 60_000)).toBe(0);
  });
});
