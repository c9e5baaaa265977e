import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SilentConnections } from '../../../../../lib/cluster/accepting/fd/silent-connections.ts';

const MAX_SILENCE_MS = 50;

const silentOf = (maxSilent: number) =>
  new SilentConnections({ maxSilent, maxSilenceMs: MAX_SILENCE_MS });

const entryOf = (fd: number) => ({ listener: 1, fd });

describe('SilentConnections', () => {
  it('wait until their clients speak, or until their time is up', () => {
    const silent = silentOf(8);
    expect(silent.waitMs(0)).toBe(-1);
    silent.add(entryOf(1), 0);
    silent.add(entryOf(2), 10.5);
    silent.add(entryOf(3), 20);
    expect(silent.fds).toEqual([1, 2, 3]);
    expect(silent.waitMs(20)).toBe(30);

    expect(silent.take((index) => index === 1, 20)).toEqual([entryOf(2)]);
    expect(silent.fds).toEqual([1, 3]);
    expect(silent.take(() => false, 49.9)).toEqual([]);
    expect(silent.waitMs(49.9)).toBe(1);
    expect(silent.take(() => false, 50)).toEqual([entryOf(1)]);
    expect(silent.waitMs(1_000)).toBe(0);
    expect(silent.takeAll()).toEqual([entryOf(3)]);
    expect(silent.length).toBe(0);
  });

  it('give way to later ones, the longest silent first', () => {
    const silent = silentOf(2);
    expect([1, 2, 3, 4].map((fd) => silent.add(entryOf(fd), fd)?.fd)).toEqual([
      undefined,
      undefined,
      1,
      2,
    ]);
    expect(silentOf(0).add(entryOf(5), 0)).toEqual(entryOf(5));
  });

  it('are each given back once, in time, and never more than there is room for', () => {
    const steps = fc.array(
      fc.record({
        passMs: fc.integer({ min: 0, max: 30 }),
        adds: fc.boolean(),
        speaks: fc.func(fc.boolean()),
      }),
      { maxLength: 100 },
    );
    fc.assert(
      fc.property(steps, fc.integer({ min: 0, max: 5 }), (all, max) => {
        const silent = silentOf(max);
        const addedAt: number[] = [];
        const given: number[] = [];
        let now = 0;
        for (const { passMs, adds, speaks } of all) {
          now += passMs;
          const taken = silent.take((index) => speaks(index), now);
          given.push(...taken.map(({ fd }) => fd));
          for (const fd of silent.fds)
            expect(now - (addedAt[fd] ?? NaN)).toBeLessThan(MAX_SILENCE_MS);
          if (!adds) continue;
          const evicted = silent.add(entryOf(addedAt.push(now) - 1), now);
          if (evicted !== undefined) given.push(evicted.fd);
          expect(silent.length).toBeLessThanOrEqual(max);
        }
        given.push(...silent.takeAll().map(({ fd }) => fd));
        expect(given.toSorted((a, b) => a - b)).toEqual(addedAt.map((_, fd) => fd));
      }),
    );
  });
});
