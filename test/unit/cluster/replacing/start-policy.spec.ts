import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { startOf, type StartSituation } from '../../../../lib/cluster/replacing/start-policy.ts';

/** One that may start. */
const FREE: StartSituation = {
  underWay: 0,
  atOnce: 1,
  isTaken: false,
  isEmptying: false,
  starting: 0,
  maxStarting: 1,
  isVacant: false,
  leaving: 0,
  room: true,
  isSpare: true,
};

const FULL = 'the container is full';

describe('The start of a replacement', () => {
  it.each<[string, Partial<StartSituation>, ReturnType<typeof startOf>]>([
    ['is beside the old worker', {}, 'beside'],
    ['waits while as many as may be are under way', { underWay: 1 }, 'wait'],
    ['is side by side within the surge', { underWay: 2, atOnce: 3 }, 'beside'],
    ['waits for a replacement in the same slot', { isTaken: true }, 'wait'],
    ['waits while a slot is emptied for lack of memory', { isEmptying: true }, 'wait'],
    ['waits for a processor', { starting: 1 }, 'wait'],
    ['lets an empty slot start first', { isVacant: true }, 'wait'],
    ['is in place without memory for one more', { room: FULL }, 'in place'],
    ['waits for memory of those that drain', { room: FULL, leaving: 1 }, 'wait'],
    ['waits for the others without memory', { room: FULL, underWay: 1, atOnce: 2 }, 'wait'],
    [
      'is given up where the quorum needs the worker',
      { room: FULL, isSpare: false },
      { keep: FULL },
    ],
  ])('%s', (_title, situation, start) => {
    expect(startOf({ ...FREE, ...situation })).toEqual(start);
  });

  it('never exceeds the surge or the processors, nor ends a worker that others need', () => {
    const count = fc.nat({ max: 5 });
    const situation = fc.record({
      underWay: count,
      atOnce: fc.integer({ min: 1, max: 5 }),
      isTaken: fc.boolean(),
      isEmptying: fc.boolean(),
      starting: count,
      maxStarting: fc.integer({ min: 1, max: 5 }),
      isVacant: fc.boolean(),
      leaving: count,
      room: fc.constantFrom<true | string>(true, FULL),
      isSpare: fc.boolean(),
    });
    fc.assert(
      fc.property(situation, (given) => {
        const start = startOf(given);
        const isWithin = given.underWay < given.atOnce && given.starting < given.maxStarting;
        if (start !== 'wait') expect([given.isTaken, given.isEmptying]).toEqual([false, false]);
        if (start === 'beside') expect(isWithin && given.room === true).toBe(true);
        if (start === 'in place') {
          expect([isWithin, given.isSpare, given.underWay]).toEqual([true, true, 0]);
        }
      }),
    );
  });
});
