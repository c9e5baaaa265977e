import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  nextSeats,
  phaseOf,
  type RolloutTerms,
  type SeatState,
} from '../../../../lib/cluster/replacing/rollout.ts';

const CAREFUL: RolloutTerms = { hasCanary: true, surge: 2 };
const TRUSTING: RolloutTerms = { hasCanary: false, surge: 2 };

describe('A rollout', () => {
  it.each<[string, SeatState[], RolloutTerms, number[]]>([
    ['begins with a canary', ['WAITING', 'WAITING', 'WAITING'], CAREFUL, [0]],
    ['lets nobody follow before the canary is well', ['TRYING', 'WAITING'], CAREFUL, []],
    ['goes on side by side', ['REPLACED', 'WAITING', 'WAITING', 'WAITING'], CAREFUL, [1, 2]],
    ['keeps to the surge', ['REPLACED', 'TRYING', 'WAITING', 'WAITING'], CAREFUL, [2]],
    ['takes another canary if that slot has the new code', ['GONE', 'WAITING'], CAREFUL, [1]],
    ['stops at a failed canary', ['FAILED', 'WAITING'], CAREFUL, []],
    ['stops at a later failure', ['REPLACED', 'FAILED', 'TRYING', 'WAITING'], CAREFUL, []],
    ['needs no canary', ['WAITING', 'WAITING', 'WAITING'], TRUSTING, [0, 1]],
    ['has nothing to do without workers', [], CAREFUL, []],
  ])('%s', (_title, states, terms, due) => {
    expect(nextSeats(states, terms)).toEqual(due);
  });

  it('says where it is', () => {
    expect(phaseOf(['TRYING', 'WAITING'], CAREFUL)).toBe('CANARY');
    expect(phaseOf(['TRYING', 'WAITING'], TRUSTING)).toBe('ROLLING');
    expect(phaseOf(['REPLACED', 'TRYING'], CAREFUL)).toBe('ROLLING');
    expect(phaseOf(['REPLACED', 'FAILED'], CAREFUL)).toBe('STOPPED');
  });

  it('ends, keeps to its surge, and begins nothing beside its canary or after a failure', () => {
    const ends = fc.infiniteStream(
      fc.record({
        pick: fc.nat(),
        state: fc.constantFrom<SeatState>('REPLACED', 'REPLACED', 'REPLACED', 'GONE', 'FAILED'),
      }),
    );
    const terms = fc.record({ hasCanary: fc.boolean(), surge: fc.integer({ min: 1, max: 4 }) });
    fc.assert(
      fc.property(fc.nat({ max: 20 }), terms, ends, (seats, given, outcomes) => {
        const states = Array.from({ length: seats }, (): SeatState => 'WAITING');
        for (const { pick, state } of outcomes) {
          const isOpen = !states.includes('FAILED');
          const isProven = !given.hasCanary || states.includes('REPLACED');
          const due = nextSeats(states, given);
          if (!isOpen) expect(due).toEqual([]);
          for (const at of due) {
            expect(states[at]).toBe('WAITING');
            states[at] = 'TRYING';
          }
          const trying = states.flatMap((one, at) => (one === 'TRYING' ? [at] : []));
          expect(trying.length).toBeLessThanOrEqual(isProven ? given.surge : 1);
          const settled = trying[pick % Math.max(1, trying.length)];
          if (settled === undefined) break;
          states[settled] = state;
        }
        const isDone = !states.includes('WAITING') && !states.includes('TRYING');
        expect(isDone || states.includes('FAILED')).toBe(true);
      }),
    );
  });
});
