import { describe, expect, it } from 'vitest';

import { AdmissionGroup, type Candidate } from '../../../lib/admission/admission-group.ts';
import { FixedLimiter, type Limiter } from '../../../lib/admission/limiter.ts';
import type { QueueEntry } from '../../../lib/admission/priority-queue.ts';
import type { Rank } from '../../../lib/admission/priority.ts';

function makeGroup(limiter: Limiter = new FixedLimiter(20), maxWaitMs = 500): AdmissionGroup {
  return new AdmissionGroup({ name: 'group', limiter, maxWaitMs, acceptableWaitMs: 100 });
}

function candidate(arrivedAt: number, rank: Rank = 2, deadlineAt = Infinity): Candidate {
  return { arrivedAt, rank, deadlineAt };
}

/** One leaves every so often, as soon as it comes; `waiting` more stay. The time of the last. */
function withDepartures(group: AdmissionGroup, everyMs: number, waiting: number): number {
  const count = 30;
  const entries: QueueEntry<Candidate>[] = [];
  for (let i = 0; i < count + waiting; i++) entries.push(group.line(candidate(i * everyMs)));
  const leaving = entries.slice(0, count);
  for (const [index, entry] of leaving.entries()) group.depart(entry, index * everyMs);
  return (count - 1) * everyMs;
}

/** A new one leaves every so often, after it has waited for so long; the last one's fate. */
function stand(group: AdmissionGroup, waitedMs: number, rank: Rank = 2): string | undefined {
  let fate: string | undefined;
  for (let now = waitedMs; now < 2_000; now += 10) {
    const next = group.line(candidate(now - waitedMs, rank));
    group.line(candidate(now, 3));
    fate = group.depart(next, now);
  }
  return fate;
}

/** How many of a rank may be in flight. */
function roomFor(group: AdmissionGroup, rank: Rank): number {
  group.inFlight = 0;
  while (group.hasRoom(rank)) group.inFlight++;
  return group.inFlight;
}

describe('the room of a group', () => {
  it('is the whole limit for the most important priority in use', () => {
    expect(roomFor(makeGroup(), 3)).toBe(20);
  });

  it('is less for priorities below the most important one in use', () => {
    const group = makeGroup();
    const rooms = ([0, 1, 2, 3] as const).map((rank) => roomFor(group, rank));
    expect(rooms).toEqual([20, 19, 16, 10]);
  });

  it('is at least one place for every priority', () => {
    const group = makeGroup(new FixedLimiter(1));
    expect(roomFor(group, 0)).toBe(1);
    expect(roomFor(group, 3)).toBe(1);
  });
});

describe('the wait in a group', () => {
  it('is zero while no request waits', () => {
    expect(makeGroup().waitOf(2, 1_000)).toBe(0);
  });

  it('is the number of requests ahead times the interval between departures', () => {
    const group = makeGroup();
    const now = withDepartures(group, 10, 6);
    expect(group.waitOf(2, now)).toBeCloseTo(60);
    expect(group.waitOf(0, now)).toBe(0);
  });

  it('follows the cost of a request where that exceeds the interval', () => {
    const group = makeGroup();
    const now = withDepartures(group, 10, 6);
    for (let i = 0; i < 100; i++) group.charge(25);
    expect(group.waitOf(2, now)).toBeCloseTo(150, 0);
    expect(group.usedMs).toBe(2_500);
  });

  it('is as long as the queue has been stalled', () => {
    const group = makeGroup();
    group.line(candidate(100));
    expect(group.waitOf(2, 400)).toBe(300);
  });

  it('is measured anew once the queue is empty', () => {
    const group = makeGroup();
    group.drop(group.line(candidate(100)));
    expect(group.waitOf(2, 400)).toBe(0);
  });
});

describe('the wait of a low priority in a group', () => {
  it('follows the departures of its own rank', () => {
    const group = makeGroup();
    const own = Array.from({ length: 23 }, () => group.line(candidate(0, 3)));
    for (const [index, entry] of own.slice(0, 20).entries()) {
      const now = index * 100;
      for (let i = 0; i < 9; i++) group.depart(group.line(candidate(now, 0)), now + i * 10);
      group.depart(entry, now + 90);
    }
    expect(group.waitOf(3, 1_990)).toBeCloseTo(300);
  });

  it('leaves out the time in which the queue was empty', () => {
    const group = makeGroup();
    const now = withDepartures(group, 10, 1);
    const last = group.waiting.first;
    if (last !== undefined) group.drop(last);
    expect(group.waiting.length).toBe(0);
    group.line(candidate(now + 3_000));
    expect(group.waitOf(2, now + 3_000)).toBeCloseTo(10);
  });
});

describe('the longest wait of a group', () => {
  it('is 100 ms where departures are frequent', () => {
    const group = makeGroup();
    expect(group.longestWait(2, 0)).toBe(100);
  });

  it('is the acceptable wait of the options', () => {
    const limiter = new FixedLimiter(20);
    const options = { name: 'group', limiter, maxWaitMs: 500, acceptableWaitMs: 40 };
    expect(new AdmissionGroup(options).longestWait(2, 0)).toBe(40);
  });

  it('is ten departures where these are rare', () => {
    const group = makeGroup();
    const now = withDepartures(group, 20, 1);
    expect(group.longestWait(2, now)).toBeCloseTo(200);
  });

  it('never exceeds the upper bound of waits', () => {
    const group = makeGroup(new FixedLimiter(20), 150);
    const now = withDepartures(group, 20, 1);
    expect(group.longestWait(2, now)).toBe(150);
  });

  it('is shorter for lower priorities', () => {
    const group = makeGroup();
    group.hasRoom(0);
    const waits = ([0, 1, 2, 3] as const).map((rank) => group.longestWait(rank, 0));
    expect(waits).toEqual([100, 95, 80, 50]);
  });

  it('is shorter in a standing queue', () => {
    const group = makeGroup();
    stand(group, 70);
    expect(group.longestWait(2, 2_000)).toBeLessThan(100);
  });
});

describe('a request that leaves the queue of a group', () => {
  it('is admitted after a short wait', () => {
    expect(stand(makeGroup(), 15)).toBeUndefined();
  });

  it('is refused after a long wait in a standing queue, unless it is critical', () => {
    expect(stand(makeGroup(), 200, 1)).toBe('codel');
    expect(stand(makeGroup(), 200, 0)).toBeUndefined();
  });

  it('is admitted after a long wait during a burst', () => {
    const group = makeGroup();
    const entries = Array.from({ length: 5 }, () => group.line(candidate(0)));
    const fates = entries.map((entry, index) => group.depart(entry, 20 + index * 30));
    expect(fates).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });

  it('is refused after more than the maximum wait', () => {
    const group = makeGroup();
    expect(group.depart(group.line(candidate(0)), 501)).toBe('wait');
  });

  it('is refused after its deadline', () => {
    const group = makeGroup();
    expect(group.depart(group.line(candidate(0, 2, 30)), 30)).toBe('deadline');
  });
});

describe('an answer of a group', () => {
  it('is too late where wait and usual duration exceed the time left', () => {
    const group = makeGroup();
    group.sample(100, 1, 0);
    group.inFlight = 1;
    expect(group.isTooLate(candidate(0, 2, 99), 0)).toBe(true);
    expect(group.isTooLate(candidate(0, 2, 101), 0)).toBe(false);
    expect(group.isTooLate(candidate(0, 2, 101), 0, 5)).toBe(true);
  });

  it('is tried with nothing in flight: it may be fast again', () => {
    const group = makeGroup();
    group.sample(100, 1, 0);
    expect(group.isTooLate(candidate(0, 2, 50), 0)).toBe(false);
    expect(group.isTooLate(candidate(0, 2, 50), 50)).toBe(true);
  });

  it('reports its duration and the requests in flight to the limiter', () => {
    const seen: number[][] = [];
    const limiter = { limit: 5, sample: (...given: number[]) => void seen.push(given) };
    const group = makeGroup(limiter);
    group.sample(40, 3, 1_000);
    expect(seen).toEqual([[40, 3, 1_000]]);
    expect(group.medianMs).toBe(40);
  });
});
