import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { PRIORITIES } from '../../../lib/admission/priority.ts';
import { RefusalCounts } from '../../../lib/admission/refusal-counts.ts';

describe('counts of refusals', () => {
  it('are empty before the first', () => {
    const counts = new RefusalCounts();
    expect(counts.total).toBe(0);
    expect(counts.entries()).toEqual([]);
  });

  it('are kept by reason and priority', () => {
    const counts = new RefusalCounts();
    counts.add('queue', 3);
    counts.add('queue', 3);
    counts.add('lag', 0);
    expect(counts.entries()).toEqual([
      { reason: 'lag', priority: 'critical', count: 1 },
      { reason: 'queue', priority: 'sheddable', count: 2 },
    ]);
    expect(counts.total).toBe(3);
  });

  it('add up, each under its own reason and priority', () => {
    const one = fc.record({
      reason: fc.constantFrom('lag' as const, 'codel' as const, 'bypass' as const),
      rank: fc.constantFrom(0 as const, 1 as const, 2 as const, 3 as const),
    });
    fc.assert(
      fc.property(fc.array(one), (added) => {
        const counts = new RefusalCounts();
        for (const { reason, rank } of added) counts.add(reason, rank);
        expect(counts.total).toBe(added.length);
        for (const { reason, priority, count } of counts.entries()) {
          const same = added.filter((a) => a.reason === reason && PRIORITIES[a.rank] === priority);
          expect(count).toBe(same.length);
        }
        const sum = counts.entries().reduce((total, { count }) => total + count, 0);
        expect(sum).toBe(added.length);
      }),
    );
  });
});
