import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CancelFlags } from '../../../lib/threads/cancel-flags.ts';

describe('flags of cancelled calls', () => {
  it('say of one call, in one place, that it is cancelled', () => {
    const flags = CancelFlags.for(3);
    flags.cancel(1, 7);
    expect(flags.isCancelled(1, 7)).toBe(true);
    expect(flags.isCancelled(1, 8)).toBe(false);
    expect([flags.isCancelled(0, 7), flags.isCancelled(2, 7)]).toEqual([false, false]);
  });

  it('are seen by all that share the memory', () => {
    const flags = CancelFlags.for(2);
    const other = new CancelFlags(structuredClone(flags.memory));
    flags.cancel(1, 2 ** 31 - 1);
    flags.bootDelayMs = 500.4;
    expect([other.isCancelled(1, 2 ** 31 - 1), other.bootDelayMs]).toEqual([true, 500]);
  });

  it('are not what is waited for before a boot', () => {
    const flags = CancelFlags.for(1);
    expect(flags.bootDelayMs).toBe(0);
    flags.cancel(0, 9);
    expect(flags.bootDelayMs).toBe(0);
    flags.bootDelayMs = 30_000;
    expect(flags.isCancelled(0, 9)).toBe(true);
  });

  it('hold the last call of each place', () => {
    const cancel = fc.tuple(fc.nat({ max: 7 }), fc.integer({ min: 1, max: 2 ** 31 - 1 }));
    fc.assert(
      fc.property(fc.array(cancel), (cancels) => {
        const flags = CancelFlags.for(8);
        for (const [place, call] of cancels) flags.cancel(place, call);
        const last = new Map(cancels);
        for (const [place, call] of last) expect(flags.isCancelled(place, call)).toBe(true);
        for (const [place, call] of cancels) {
          expect(flags.isCancelled(place, call)).toBe(last.get(place) === call);
        }
      }),
    );
  });
});
