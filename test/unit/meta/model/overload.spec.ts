import { describe, expect, it } from 'vitest';

import type { AdmissionPoint, GroupPoint } from '../../../../lib/admission/admission-history.ts';
import type { Answers } from '../../../../lib/meta/group-reports.provider.ts';
import { flowOf, refusalHistory, routeAdmissions } from '../../../../lib/meta/model/overload.ts';
import type { PrimaryReports } from '../../../../lib/reports/report-types.ts';

type Queue = PrimaryReports['accept-queue'][number];
type Admission = Answers<'admission'>[number];

/** A whole second, in milliseconds. */
const START = 1_800_000_000_000;

const QUEUE: Queue = {
  listener: '0.0.0.0:3000',
  role: 'app',
  transport: 'fd',
  length: 4,
  maxQueue: 512,
  oldestAgeMs: 30,
  accepted: 100,
  handed: 80,
  pending: 1,
  closed: 2,
  shed: { full: 6, age: 4, codel: 3, down: 0 },
  lingering: 0,
  ageMs: { p50: 1, p95: 2, p99: 3, max: 4 },
};

const POINT: AdmissionPoint = {
  at: START + 1_000,
  fraction: 1,
  shares: { critical: 1, high: 1, normal: 1, sheddable: 1 },
  lagMs: 1,
  inFlight: 1,
  waiting: 0,
  admitted: 10,
  refused: 4,
  refusals: { queue: 4 },
};

function groupOf(name: string, history: GroupPoint[] = []) {
  return {
    name,
    limit: 20,
    inFlight: 5,
    waiting: 2,
    arrived: 100,
    admitted: 90,
    refused: 6,
    left: 2,
    medianMs: 7,
    refusals: [
      { reason: 'queue', priority: 'normal', count: 5 },
      { reason: 'queue', priority: 'high', count: 1 },
    ] as Admission['value']['groups'][number]['refusals'],
    history,
  };
}

function answer(
  worker: number,
  groups = [groupOf('GET /a')],
  history: AdmissionPoint[] = [],
): Admission {
  const value = {
    fraction: 1,
    shares: POINT.shares,
    lagMs: 1,
    lagTargetMs: 20,
    costMs: 1,
    inFlight: 5,
    waiting: 2,
    memory: { rung: 'NONE' as const, fraction: 0 },
    bypass: {},
    bodies: { reading: 0, tooSlow: 0 },
    history,
    groups,
  };
  return { worker, value };
}

const NOW = { queue: undefined, workers: undefined };

function flow(queues: Queue[], admission: Admission[] = []) {
  return flowOf({ queues, workers: [], admission, now: NOW });
}

describe('The flow of the load', () => {
  it('accounts for every offered connection of all listeners of the application', () => {
    const pages: Queue = { ...QUEUE, role: 'meta', accepted: 7_000 };
    const { connections } = flow([QUEUE, QUEUE, pages]);
    expect(connections.offered).toEqual({ perSecond: null, total: 200 });
    const { offered, handed, shed, waiting, pending, closed } = connections;
    expect(handed.total + shed.total + waiting + pending + closed).toBe(offered.total);
    expect([shed.full.total, shed.age.total, shed.codel.total]).toEqual([12, 8, 6]);
  });

  it('does not say that nothing was refused where no worker has told', () => {
    expect(flow([QUEUE]).routes).toBeNull();
  });

  it('adds up requests over routes and workers', () => {
    const both = [answer(1, [groupOf('GET /a'), groupOf('GET /b')]), answer(2)];
    expect(flow([], both).routes).toMatchObject({
      arrived: 300,
      admitted: { total: 270 },
      refused: { total: 18 },
      refusals: { queue: 18 },
    });
  });
});

function level(ms: number, limit: number): GroupPoint {
  return { at: START + ms, limit, inFlight: 1, waiting: 0, admitted: 1, refused: 0 };
}

describe('Routes of all workers', () => {
  it('are merged by name; levels of a second are those told last in it', () => {
    const [route, ...others] = routeAdmissions([
      answer(1, [groupOf('GET /a', [level(0, 10), level(999, 12)])]),
      answer(2, [groupOf('GET /a', [level(500, 30), level(1_500, 31)])]),
    ]);
    expect(others).toEqual([]);
    expect(route).toMatchObject({ limit: 40, inFlight: 10, refusals: { queue: 12 } });
    expect(route?.history.map(({ at: time, limit }) => [time - START, limit])).toEqual([
      [0, 42],
      [1_000, 31],
    ]);
  });
});

describe('Refusals by the second', () => {
  it('spread what a blocked worker tells at the end over the seconds of the block', () => {
    const late = { ...POINT, at: START + 5_000, admitted: 40, refused: 8, refusals: { lag: 8 } };
    const next = { ...POINT, at: START + 6_000 };
    const points = refusalHistory([answer(1, [], [POINT, late, next])]);
    expect(points.map(({ at }) => (at - START) / 1_000)).toEqual([0, 1, 2, 3, 4]);
    expect(points.map(({ admitted }) => admitted)).toEqual([10, 10, 10, 10, 10]);
    expect(points.map(({ refusals }) => refusals)).toEqual([
      { queue: 4 },
      { lag: 2 },
      { lag: 2 },
      { lag: 2 },
      { lag: 2 },
    ]);
  });

  it('add up workers, and leave out the second that is not over', () => {
    const next = { ...POINT, at: START + 2_000 };
    const points = refusalHistory([answer(1, [], [POINT, next]), answer(2, [], [POINT])]);
    expect(points).toMatchObject([{ at: START, refused: 8, refusals: { queue: 8 } }]);
  });

  it('read points of an older release, without reasons', () => {
    const { refusals: _none, ...old } = POINT;
    const next = { ...old, at: START + 2_000 };
    const answers = [answer(1, [], [old, next] as AdmissionPoint[])];
    expect(refusalHistory(answers)).toMatchObject([{ refused: 4, refusals: {} }]);
  });
});
