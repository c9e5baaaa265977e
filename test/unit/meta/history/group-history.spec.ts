import { describe, expect, it } from 'vitest';

import type { PulsePoint } from '../../../../lib/insight/pulse.ts';
import { GroupHistory } from '../../../../lib/meta/history/group-history.ts';

const SERVICE = { name: 'shop', version: '1.0.0' };

/** A whole second, in milliseconds. */
const START = 1_800_000_000_000;

const POINT: PulsePoint = {
  at: START + 1_000,
  spanMs: 1_000,
  requests: 10,
  failed: 1,
  inFlight: 2,
  elu: 0.5,
  lagMs: 3,
  cpu: 0.4,
  rssBytes: 100,
  heapUsedBytes: 50,
  latency: [40, 10],
};

function historyOf(
  points: readonly (Partial<PulsePoint> & { worker?: number; slot?: number })[],
): GroupHistory {
  const history = new GroupHistory();
  for (const { worker = 1, slot = worker - 1, ...point } of points) {
    history.take({ worker, slot, service: SERVICE, point: { ...POINT, ...point } });
  }
  return history;
}

/** Points of the seconds from `START` on. */
function pointsOf(history: GroupHistory, seconds: number) {
  return history.points(START + (seconds + 1) * 1_000, seconds * 1_000);
}

function queue(accepted: number, full: number) {
  const counts = { accepted, handed: accepted - full - 10, length: 3 };
  const pages = { role: 'meta', accepted: 1_000 * accepted, handed: accepted, length: 7 };
  return [
    { role: 'app', ...counts, shed: { full: full - full / 4, age: 0, codel: full / 4, down: 5 } },
    { ...pages, shed: { full: 9, age: 9, codel: 9, down: 9 } },
  ] as never;
}

describe('The history of a group', () => {
  it('adds up what workers tell of the same second, and takes the worst lag.', () => {
    const history = historyOf([{ worker: 1 }, { worker: 2, lagMs: 70, elu: 0.1 }]);
    expect(pointsOf(history, 1)).toEqual([
      expect.objectContaining({
        at: START,
        requests: 20,
        failed: 2,
        inFlight: 4,
        rssBytes: 200,
        lagMs: 70,
        workers: 2,
        stale: 0,
      }),
    ]);
    expect(pointsOf(history, 1)[0]?.elu).toBeCloseTo(0.3);
  });

  it('counts no second twice and leaves none out when points come a little late.', () => {
    const late = [0, 1, 2, 3].map((at) => ({ at: START + 300 + (at + 1) * 1_010, spanMs: 1_010 }));
    const points = pointsOf(historyOf(late), 4);
    const requests = points.map((point) => point.requests);
    for (const each of requests.slice(1)) expect(each).toBeCloseTo(9.9, 0);
    expect(points.map(({ rssBytes }) => rssBytes)).toEqual([100, 100, 100, 100]);
  });

  it('spreads what a blocked worker tells at the end over the seconds of the block.', () => {
    const history = historyOf([{ at: START + 5_000, spanMs: 5_000, requests: 50, lagMs: 4_900 }]);
    const points = pointsOf(history, 5);
    expect(points.map(({ requests }) => requests)).toEqual([10, 10, 10, 10, 10]);
    expect(points.map(({ lagMs }) => lagMs)).toEqual([4_900, 4_900, 4_900, 4_900, 4_900]);
  });

  it('keeps the last figures of a silent worker, and says that they are old.', () => {
    const history = historyOf([{ worker: 1 }, { worker: 2 }, { worker: 1, at: START + 2_000 }]);
    const [, second] = pointsOf(history, 2);
    expect(second).toMatchObject({
      requests: 10,
      rssBytes: 200,
      inFlight: 4,
      workers: 2,
      stale: 1,
    });
    const [, lane] = history.lanes(START + 4_000, 3_000);
    expect(lane).toMatchObject({ slot: 1, elu: [0.5, 1, 1] });
    expect(lane?.lagMs[2]).toBeGreaterThan(lane?.lagMs[1] ?? Infinity);
  });

  it('keeps the past of a worker that ended, and nothing of it after its end.', () => {
    const history = historyOf([{ worker: 1 }, { worker: 2 }]);
    history.endAllBut((worker) => worker === 1);
    history.take({ worker: 1, slot: 0, service: SERVICE, point: { ...POINT, at: START + 2_000 } });
    history.take({ worker: 3, slot: 1, service: SERVICE, point: { ...POINT, at: START + 3_000 } });
    const points = pointsOf(history, 3);
    expect(points.map(({ rssBytes }) => rssBytes)).toEqual([200, 100, 200]);
    expect(points.map(({ requests }) => requests)).toEqual([20, 10, 10]);
    expect(history.last.map(({ worker }) => worker)).toEqual([1, 3]);
  });

  it('goes on from what another process has kept.', () => {
    const history = historyOf([{ worker: 1 }, { worker: 2 }]);
    history.tick(START + 120_000);
    const kept = JSON.parse(JSON.stringify(history.data())) as ReturnType<GroupHistory['data']>;
    const next = new GroupHistory(kept);
    expect(pointsOf(next, 1)).toEqual([
      expect.objectContaining({ requests: 20, rssBytes: 200, workers: 2 }),
    ]);
    expect(next.points(START + 120_000, 3_600_000)).toHaveLength(1);
  });

  it('has the average of each minute for a day, after the seconds are gone.', () => {
    const history = new GroupHistory();
    for (let second = 0; second < 3_000; second++) {
      const point = { ...POINT, at: START + (second + 1) * 1_000 };
      history.take({ worker: 1, slot: 0, service: SERVICE, point });
      history.tick(point.at);
    }
    const minutes = history.points(START + 3_000_000, 3_600_000);
    expect(minutes).toHaveLength(49);
    expect(minutes[0]).toMatchObject({ at: START, requests: 10, rssBytes: 100 });
    expect(minutes[0]?.p50Ms).toBeGreaterThan(7);
    expect(minutes[0]?.p50Ms).toBeLessThan(8.5);
    expect(history.points(START + 3_000_000, 1_800_000)).toHaveLength(1_800);
  });

  it('tells how many connections were accepted and shed in a second.', () => {
    const history = historyOf([{}, { at: START + 2_000 }]);
    history.takeQueues(START, queue(100, 0));
    history.takeQueues(START + 2_000, queue(300, 40));
    const figures = { accepted: 100, handed: 80, shed: 20, shedFull: 15, shedAge: 0, shedCodel: 5 };
    expect(pointsOf(history, 2)).toMatchObject([
      { ...figures, waiting: 3 },
      { ...figures, waiting: 3 },
    ]);
  });

  it('has the figures of the queue while no worker has told of itself', () => {
    const history = new GroupHistory();
    history.takeQueues(START, queue(100, 0));
    history.takeQueues(START + 2_000, queue(300, 40));
    const points = history.queuePoints(START + 2_000, 60_000);
    expect(points.map(({ at, accepted }) => [at - START, accepted])).toEqual([
      [0, 100],
      [1_000, 100],
    ]);
  });

  it('has the figures of the queue by the minute, too', () => {
    const history = historyOf([{}, { at: START + 60_000 }]);
    history.takeQueues(START, queue(100, 0));
    history.takeQueues(START + 60_000, queue(6_100, 1_200));
    history.tick(START + 70_000);
    expect(history.points(START + 70_000, 3_600_000)).toMatchObject([
      { accepted: 100, shed: 20, shedFull: 15, shedCodel: 5 },
    ]);
  });

  it('reads minutes that an older release kept, without figures of the queue', () => {
    const minutes = [{ at: START, accepted: 1, shed: 0 }] as never;
    const history = new GroupHistory({ tracks: [], minutes });
    const [point] = history.points(START + 60_000, 3_600_000);
    expect(point).toMatchObject({ accepted: 1, shed: 0, handed: null, shedFull: null });
  });

  it('has the last figures of a worker from the moment of its end on.', () => {
    const history = historyOf([{ worker: 1 }, { worker: 1, at: START + 2_000, rssBytes: 30 }]);
    expect(history.lastOf(1)?.rssBytes).toBe(30);
    history.endAllBut(() => false);
    expect(history.lastOf(1)?.rssBytes).toBe(30);
    expect(history.lastOf(2)).toBe(undefined);
  });

  it('gives a worker its own figures while another shares its slot, and theirs before it.', () => {
    const history = historyOf([
      { worker: 1, slot: 0 },
      { worker: 1, slot: 0, at: START + 2_000 },
      { worker: 2, slot: 0, at: START + 2_000, rssBytes: 30 },
    ]);
    const of = (worker: number) => history.workerPoints(worker, START + 3_000, 2_000);
    expect(of(1).map(({ rssBytes }) => rssBytes)).toEqual([100, 100]);
    expect(of(2).map(({ rssBytes }) => rssBytes)).toEqual([100, 30]);
    expect(of(3)).toEqual([]);
    history.endAllBut((worker) => worker === 2);
    expect(of(2).map(({ rssBytes }) => rssBytes)).toEqual([100, 30]);
  });
});
