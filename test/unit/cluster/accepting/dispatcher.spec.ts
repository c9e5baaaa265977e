import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { pickWorker } from '../../../../lib/cluster/accepting/dispatcher.ts';

const all = (): boolean => true;

const candidate = fc.record({
  isEligible: fc.boolean(),
  unclaimed: fc.nat({ max: 2 }),
  load: fc.nat({ max: 3 }),
  connections: fc.nat({ max: 3 }),
  lastHandedAt: fc.nat({ max: 5 }),
});

describe('pickWorker', () => {
  it('takes an eligible worker that none is better than', () => {
    fc.assert(
      fc.property(fc.array(candidate, { maxLength: 8 }), (workers) => {
        const picked = pickWorker(workers, all);
        const eligible = workers.filter(({ isEligible }) => isEligible);
        if (picked === undefined) {
          expect(eligible).toEqual([]);
          return;
        }
        const rank = ({ unclaimed, load, connections, lastHandedAt }: typeof picked): number =>
          unclaimed * 1000 + load * 100 + connections * 10 + lastHandedAt;
        expect(Math.min(...eligible.map(rank))).toBe(rank(picked));
      }),
    );
  });

  it('looks only at workers that serve the listener', () => {
    const worker = { isEligible: true, unclaimed: 0, load: 0, connections: 0, lastHandedAt: 0 };
    expect(pickWorker([worker], () => false)).toBeUndefined();
  });

  it('starves no worker of equals', () => {
    const workers = [0, 1, 2].map((id) => ({
      id,
      isEligible: true,
      unclaimed: 0,
      load: 0,
      connections: 0,
      lastHandedAt: 0,
    }));
    const order = Array.from({ length: 9 }, (_, now) => {
      const picked = pickWorker(workers, all);
      if (picked !== undefined) picked.lastHandedAt = now + 1;
      return picked?.id;
    });
    expect(order).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });
});
