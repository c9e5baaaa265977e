import { describe, expect, it } from 'vitest';

import {
  countLooking,
  isLooking,
  mayTake,
  NO_SLACK,
  pickSleeper,
  type Standing,
} from '../../../../../lib/cluster/protocol/invite/standing.ts';

const NOW = 1_000;
const SOCKET = 3;
const ONE = { socket: SOCKET, waiting: 1, now: NOW };

interface Facts extends Partial<Omit<Standing, 'serves'>> {
  sockets?: readonly number[];
}

/** An idle worker that sleeps, but for what is said. */
function standing({ sockets = [SOCKET], ...facts }: Facts = {}): Standing {
  return {
    isOpen: true,
    isAsleep: true,
    hasRoom: true,
    inFlight: 0,
    connections: 0,
    turnedAt: NOW - 100,
    takenAt: 0,
    serves: (socket) => sockets.includes(socket),
    ...facts,
  };
}

const busy = { inFlight: 6, connections: 6 };
const looking = { isAsleep: false, turnedAt: NOW - 1 };
const blocked = { isAsleep: false, turnedAt: NOW - 100 };

describe('mayTake', () => {
  it('lets an idle worker take, whatever others do', () => {
    const own = standing(looking);
    expect(mayTake(own, [own, standing()], ONE)).toBe(true);
  });

  it('keeps a busy worker back while one that will come has clearly less to do', () => {
    const own = standing({ ...looking, ...busy });
    for (const other of [standing(), standing(looking)]) {
      expect(mayTake(own, [own, other], { ...ONE, waiting: 100 })).toBe(false);
    }
  });

  it.each([
    ['is blocked', blocked],
    ['takes nothing', { isOpen: false }],
    ['is full', { hasRoom: false }],
    ['does not serve the socket', { sockets: [4] }],
  ] as const)('lets it take when the other %s', (_what, facts) => {
    const own = standing({ ...looking, ...busy });
    expect(mayTake(own, [own, standing({ ...facts })], ONE)).toBe(true);
  });

  it('lets it take what those with little less to do will not', () => {
    const own = standing({ ...looking, inFlight: 3, connections: 3 });
    const others = [1, 2].map(() => standing({ ...looking, inFlight: 2, connections: 2 }));
    expect(mayTake(own, [own, ...others], { ...ONE, waiting: 2 })).toBe(false);
    expect(mayTake(own, [own, ...others], { ...ONE, waiting: 3 })).toBe(true);
  });

  it('lets one in its spare turns take only when none that may be rung has less to do', () => {
    const own = standing({ ...looking, connections: 1 });
    const spare = { ...ONE, slack: NO_SLACK };
    expect(mayTake(own, [own, standing()], ONE)).toBe(true);
    expect(mayTake(own, [own, standing()], spare)).toBe(false);
    expect(mayTake(own, [own, standing({ connections: 1 })], spare)).toBe(true);
    expect(mayTake(own, [own, standing(blocked)], spare)).toBe(true);
  });

  it('counts idle connections for little beside requests', () => {
    const own = standing({ ...looking, inFlight: 1, connections: 500 });
    const other = standing({ ...looking, inFlight: 20, connections: 20 });
    expect(mayTake(own, [own, other], ONE)).toBe(true);
    expect(mayTake(other, [own, other], { ...ONE, waiting: 100 })).toBe(false);
  });

  it.each([{ isOpen: false }, { hasRoom: false }])('lets none with %o take', (facts) => {
    const own = standing({ ...looking, ...facts });
    expect(mayTake(own, [own], ONE)).toBe(false);
  });

  it('never keeps all back: of those that come, one may take', () => {
    const loads = [0, 1, 2, 3, 5, 8, 13];
    for (const a of loads) {
      for (const b of loads) {
        for (const c of loads) {
          const all = [a, b, c].map((n) => standing({ ...looking, inFlight: n, connections: n }));
          expect(all.some((own) => mayTake(own, all, ONE))).toBe(true);
        }
      }
    }
  });
});

describe('pickSleeper', () => {
  it('prefers fewer requests, then fewer connections, then the longest without a new one', () => {
    const best = standing({ inFlight: 1, connections: 2, takenAt: 5 });
    const all = [
      standing({ inFlight: 2, connections: 0 }),
      standing({ inFlight: 1, connections: 3 }),
      standing({ inFlight: 1, connections: 2, takenAt: 6 }),
      best,
      standing({ ...looking }),
      standing({ isOpen: false }),
      standing({ hasRoom: false }),
      standing({ sockets: [] }),
    ];
    expect(pickSleeper(all, SOCKET)).toBe(best);
    expect(pickSleeper([standing(looking)], SOCKET)).toBeUndefined();
  });

  it('compares times that have wrapped', () => {
    const before = standing({ takenAt: 2 ** 31 - 1 });
    const after = standing({ takenAt: -(2 ** 31) });
    expect(pickSleeper([after, before], SOCKET)).toBe(before);
  });
});

describe('countLooking', () => {
  it('counts those that are awake and turn', () => {
    const all = [standing(looking), standing(blocked), standing(), standing(looking)];
    expect(countLooking(all, SOCKET, NOW)).toBe(2);
    expect(all.map((one) => isLooking(one, NOW))).toEqual([true, false, false, true]);
  });
});
