import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CoDel } from '../../../lib/common/codel.ts';

describe('CoDel', () => {
  it('lets a burst pass that drains within an interval', () => {
    const codel = new CoDel({ targetMs: 20, intervalMs: 200 });
    for (const delay of [100, 80, 60, 40, 10]) expect(codel.shouldDrop(delay, delay)).toBe(false);
    expect(codel.shouldDrop(100, 250)).toBe(false);
    expect(codel.isOverloaded).toBe(false);
  });

  it('drops what is older than twice the target once a queue has stood for an interval', () => {
    const codel = new CoDel({ targetMs: 20, intervalMs: 200 });
    expect(codel.shouldDrop(50, 0)).toBe(false);
    expect(codel.shouldDrop(60, 100)).toBe(false);
    expect(codel.shouldDrop(60, 200)).toBe(true);
    expect(codel.shouldDrop(39, 210)).toBe(false);
    expect(codel.isOverloaded).toBe(true);
  });

  it('recovers after an interval with a short delay in it', () => {
    const codel = new CoDel({ targetMs: 20, intervalMs: 200 });
    codel.shouldDrop(50, 0);
    codel.shouldDrop(50, 200);
    codel.shouldDrop(5, 300);
    expect(codel.shouldDrop(100, 400)).toBe(false);
  });

  it('forgets what was before a pause longer than an interval', () => {
    const codel = new CoDel({ targetMs: 20, intervalMs: 200 });
    codel.shouldDrop(50, 0);
    expect(codel.shouldDrop(50, 10_000)).toBe(false);
    expect(codel.isOverloaded).toBe(false);
  });

  it('never drops while every delay is within the target', () => {
    const item = fc.record({ delay: fc.nat({ max: 20 }), after: fc.nat({ max: 300 }) });
    fc.assert(
      fc.property(fc.array(item), (items) => {
        const codel = new CoDel({ targetMs: 20, intervalMs: 200 });
        let now = 0;
        for (const { delay, after } of items) {
          now += after;
          expect(codel.shouldDrop(delay, now)).toBe(false);
        }
      }),
    );
  });
});
