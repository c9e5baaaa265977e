import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RetryBudget } from '../../../../lib/connections/calls/retry-budget.ts';

describe('RetryBudget', () => {
  it('allows a fraction of the requests and some per second', () => {
    const budget = new RetryBudget({ fraction: 0.2, perSecond: 10 });
    for (let count = 0; count < 1_000; count++) budget.earn(0);
    let allowed = 0;
    while (budget.spend(0)) allowed++;
    expect(allowed).toBe(300);
    expect(budget.refused).toBe(1);
  });

  it('allows nothing when nothing is given', () => {
    const budget = new RetryBudget({ fraction: 0, perSecond: 0 });
    budget.earn(0);
    expect(budget.spend(0)).toBe(false);
  });

  it('never lets retries be more than the budget within its span', () => {
    const step = fc.record({
      what: fc.constantFrom('earn', 'spend'),
      passMs: fc.integer({ min: 0, max: 500 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const budget = new RetryBudget({ fraction: 0.5, perSecond: 0.3 });
        const earned: number[] = [];
        const spent: number[] = [];
        let now = 0;
        for (const { what, passMs } of steps) {
          now += passMs;
          if (what === 'earn') {
            budget.earn(now);
            earned.push(now);
          } else if (budget.spend(now)) {
            spent.push(now);
          }
          const within = (times: number[], span: number): number =>
            times.filter((at) => now - at < span).length;
          expect(within(spent, 9_000)).toBeLessThanOrEqual(0.5 * within(earned, 20_000) + 3);
        }
      }),
    );
  });
});
