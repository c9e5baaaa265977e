import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RunningClock } from '../../../lib/common/running-clock.ts';

describe('RunningClock', () => {
  it('runs with its clock, and stands still while nobody reads it for long', () => {
    let time = 100;
    const clock = new RunningClock({ now: () => time });
    expect(clock.now()).toBe(100);
    time += 400;
    expect(clock.now()).toBe(500);
    time += 3_000;
    expect(clock.now()).toBe(500);
    time += 10;
    expect(clock.now()).toBe(510);
  });

  it('never goes back, and never faster than its clock', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 2_000 })), (steps) => {
        let time = 0;
        const clock = new RunningClock({ now: () => time });
        for (const step of steps) {
          const before = clock.now();
          time += step;
          const passed = clock.now() - before;
          expect(passed).toBe(step > 500 ? 0 : step);
        }
      }),
    );
  });
});
