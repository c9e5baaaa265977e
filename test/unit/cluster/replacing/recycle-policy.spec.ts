import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { recycleOptions } from '../../../../lib/cluster/recycle.options.ts';
import {
  RecyclePolicy,
  type WorkerSample,
} from '../../../../lib/cluster/replacing/recycle-policy.ts';
import { type Machine, thisMachine } from '../../../../lib/common/options/machine.ts';

const MIB = 1 << 20;
const machine = { memoryBytes: 8 * 1024 * MIB, workers: 2 };
const options = resolve({ maxRssBytes: 100 * MIB, maxAgeMs: 1_000_000, maxRequests: 1_000 });
const well: WorkerSample = {
  ageMs: 60_000,
  privateBytes: 50 * MIB,
  requests: 10,
  loopDelayMs: 1,
  othersLoopDelayMs: 1,
  livenessFailure: undefined,
};

function resolve(
  given: object,
  known: Partial<Machine> = machine,
): ReturnType<typeof recycleOptions.check> {
  return recycleOptions.check('recycle', given, thisMachine(known));
}

/** What each of several samples in a row leads to. */
function looks(samples: Partial<WorkerSample>[], random = 0.5): (string | undefined)[] {
  const policy = new RecyclePolicy(options, () => random);
  return samples.map((sample) => policy.look({ ...well, ...sample })?.kind);
}

function times(count: number, sample: Partial<WorkerSample>): Partial<WorkerSample>[] {
  return Array.from({ length: count }, () => sample);
}

describe('RecyclePolicy', () => {
  it('leaves a worker alone that is well', () => {
    expect(looks(times(100, {}))).toEqual(times(100, {}).map(() => undefined));
  });

  it('wants to see too much memory three times in a row', () => {
    const much = { privateBytes: 101 * MIB };
    expect(looks([much, much, {}, much, much, much])).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
      'memory',
    ]);
  });

  it('counts age and requests at once', () => {
    expect(looks([{ ageMs: 1_000_001 }])).toEqual(['age']);
    expect(looks([{ requests: 1_001 }])).toEqual(['requests']);
  });

  it('replaces for delay only a worker that is worse off than the others', () => {
    const late = { loopDelayMs: 1_500 };
    expect(looks(times(3, { ...late, othersLoopDelayMs: 10 })).at(-1)).toBe('loop-delay');
    expect(looks(times(3, { ...late, othersLoopDelayMs: undefined })).at(-1)).toBe('loop-delay');
    expect(looks(times(9, { ...late, othersLoopDelayMs: 1_000 })).at(-1)).toBeUndefined();
  });

  it('replaces a worker that says three times that it is not well, and says why', () => {
    const policy = new RecyclePolicy(options, () => 0.5);
    const found = times(3, { livenessFailure: 'Cache.fits: returned false' }).map((sample) =>
      policy.look({ ...well, ...sample }),
    );
    expect(found.at(-1)).toMatchObject({
      kind: 'liveness',
      reason: 'its liveness check fails: Cache.fits: returned false',
    });
  });

  it('replaces no worker before its time, and remembers what it saw', () => {
    const young = { ageMs: 59_999, privateBytes: 110 * MIB };
    expect(looks([young, young, young, { privateBytes: 110 * MIB }])).toEqual([
      undefined,
      undefined,
      undefined,
      'memory',
    ]);
  });

  it('never replaces below 90 % of a limit, always above 110 %, whatever the jitter', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        (random, mib) => {
          const [, , third] = looks(times(3, { privateBytes: mib * MIB }), random);
          if (mib < 90) expect(third).toBeUndefined();
          if (mib > 110) expect(third).toBe('memory');
        },
      ),
    );
  });

  describe('beyond the hard limit', () => {
    const old = { ageMs: 60_000, isOnlyReady: false, isGroupShort: false };

    it('ends a worker, but not a young one, and the only one when another is READY', () => {
      const policy = new RecyclePolicy(options, () => 1);
      expect(policy.judgeHard({ ...old, privateBytes: 120 * MIB })).toBe('keep');
      const privateBytes = 121 * MIB;
      expect(policy.judgeHard({ ...old, privateBytes })).toBe('end');
      expect(policy.judgeHard({ ...old, privateBytes, ageMs: 59_999 })).toBe('keep');
      expect(policy.judgeHard({ ...old, privateBytes, isOnlyReady: true })).toBe('replace');
      policy.hasTried(old.ageMs);
      for (const [afterMs, verdict] of [
        [4_999, 'keep'],
        [5_000, 'replace'],
      ] as const) {
        const later = { ...old, privateBytes, isOnlyReady: true, ageMs: old.ageMs + afterMs };
        expect(policy.judgeHard(later)).toBe(verdict);
        expect(policy.judgeHard({ ...later, isGroupShort: true })).toBe('end');
      }
    });

    it('ends any worker where all together are at the end of their memory', () => {
      const policy = new RecyclePolicy(options, () => 1);
      const short = { ageMs: 0, isOnlyReady: true, isGroupShort: true };
      expect(policy.judgeHard({ ...short, privateBytes: 121 * MIB })).toBe('end');
      expect(policy.judgeHard({ ...short, privateBytes: 120 * MIB })).toBe('keep');
    });

    it('R1 keeps that limit away from what a worker uses when it becomes READY', () => {
      const policy = new RecyclePolicy(options, () => 1);
      policy.isReadyWith(200 * MIB);
      expect(policy.limits.memoryBytes).toBe((250 + 64) * MIB);
      expect(policy.hardBytes).toBe((300 + 96) * MIB);
      expect(policy.judgeHard({ ...old, privateBytes: 396 * MIB })).toBe('keep');
      expect(policy.judgeHard({ ...old, privateBytes: 397 * MIB })).toBe('end');
    });
  });

  describe('has garbage collected first', () => {
    const over = { ageMs: 100_000, privateBytes: 111 * MIB };

    it('of a worker over its soft limit alone', () => {
      const policy = new RecyclePolicy(options, () => 1);
      expect(policy.shouldCollect({ ...over, privateBytes: 50 * MIB })).toBe(false);
      expect(policy.shouldCollect({ ...over, privateBytes: 500 * MIB })).toBe(true);
    });

    it('once in five minutes', () => {
      const policy = new RecyclePolicy(options, () => 0.5);
      const asked = [0, 5_000, 299_999, 300_000, 305_000].map((ms) =>
        policy.shouldCollect({ ageMs: ms, privateBytes: 500 * MIB }),
      );
      expect(asked).toEqual([true, false, false, true, false]);
    });

    it('and gives it time, although one sample would do', () => {
      const policy = new RecyclePolicy({ ...options, samples: 1 }, () => 0.5);
      const sample = { ...well, ageMs: 100_000, privateBytes: 500 * MIB };
      expect(policy.shouldCollect(sample)).toBe(true);
      expect(policy.look(sample)).toBeUndefined();
      expect(policy.look({ ...sample, ageMs: 104_999 })).toBeUndefined();
      expect(policy.look({ ...sample, ageMs: 105_000 })?.kind).toBe('memory');
    });
  });

  describe('weighs a worker that becomes READY', () => {
    it('by its least memory: garbage of the start may be collected later', () => {
      const policy = new RecyclePolicy(options, () => 0.5);
      expect(policy.weigh(300 * MIB, 100)).toBe(false);
      expect(policy.limits.memoryBytes).toBe((375 + 64) * MIB);
      expect(policy.weigh(200 * MIB, 1_200)).toBe(false);
      expect(policy.weigh(250 * MIB, 4_000)).toBe(false);
      expect(policy.readyBytes).toBe(200 * MIB);
      expect(policy.limits.memoryBytes).toBe((250 + 64) * MIB);
    });

    it('only for a while, and says once when that is over', () => {
      const policy = new RecyclePolicy(options, () => 0.5);
      policy.weigh(200 * MIB, 100);
      expect(policy.weigh(150 * MIB, 11_000)).toBe(true);
      expect(policy.weigh(150 * MIB, 12_000)).toBe(false);
      expect(policy.readyBytes).toBe(200 * MIB);
    });

    it('not at all when nothing was measured in time', () => {
      const policy = new RecyclePolicy(options, () => 0.5);
      const limits = { ...policy.limits };
      expect(policy.weigh(200 * MIB, 11_000)).toBe(false);
      expect(policy.limits).toEqual(limits);
    });
  });
});

describe('recycleOptions', () => {
  it('divides what memory there is', () => {
    const small = resolve({}, { memoryBytes: 1024 * MIB, workers: 4 });
    expect(small.maxRssBytes).toBe(Math.floor(0.2 * 1024 * MIB));
    expect(small.hardRssBytes).toBe(Math.floor(1.2 * small.maxRssBytes));
  });

  it('names the option that is wrong', () => {
    expect(() => resolve({ maxRssBytes: 1 })).toThrow(
      /recycle.maxRssBytes must be a whole number from 1048576/,
    );
    expect(() => resolve({ maxRssBytes: 9 * MIB, hardRssBytes: 8 * MIB })).toThrow(
      /recycle.hardRssBytes must not be less than maxRssBytes \(9437184\)/,
    );
    expect(() => resolve({ maxRequests: 0 })).toThrow(/recycle.maxRequests/);
    expect(() => resolve({ never: 1 })).toThrow(/recycle.never is not an option/);
  });
});
