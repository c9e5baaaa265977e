import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { Load } from '../../../../lib/cluster/scaling/load.ts';
import {
  ScalingPolicy,
  type ScalingVerdict,
} from '../../../../lib/cluster/scaling/scaling-policy.ts';
import { type SimulatedChange, SimulatedGroup, START_MS, TERMS } from './simulated-group.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A short one: the policy knows no hours. */
const DAY = 6 * HOUR;

/** Numbers from 0 to 1 that look random, the same in each run. */
function noise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function numbersOf(changes: readonly SimulatedChange[]): number[] {
  return changes.map(({ to }) => to);
}

describe('ScalingPolicy over recorded loads', () => {
  it('follows a day up and down, with one change for each step', () => {
    const random = noise(1);
    const group = new SimulatedGroup({
      demand: (now) => {
        const level = 0.4 + 2.3 * Math.sin((Math.PI * now) / DAY) ** 2;
        return level * (0.95 + 0.1 * random());
      },
    });
    group.run(DAY);
    expect(numbersOf(group.changes)).toEqual([2, 3, 4, 3, 2, 1]);
    expect(group.shedAt).toEqual([]);
  });

  it('answers a spike within seconds with all workers, and gives them back after it', () => {
    const [from, until] = [10 * MINUTE, 12 * MINUTE];
    const group = new SimulatedGroup({
      demand: (now) => (now >= from && now < until ? 3 : 0.3),
    });
    group.run(from + 10_000);
    expect(group.changes).toMatchObject([{ from: 1, to: 4, cause: 'shed' }]);
    expect(group.changes[0]?.at).toBeLessThanOrEqual(from + 2_000);
    group.run(20 * MINUTE);
    // Served from the time on that one start takes.
    expect(Math.max(...group.shedAt)).toBeLessThanOrEqual(from + 2_000 + START_MS);
    expect(numbersOf(group.changes)).toEqual([4, 3, 2, 1]);
    const [, first, , last] = group.changes;
    const emptyAt = until + TERMS.downAfterMs;
    expect(first?.at).toBeGreaterThanOrEqual(emptyAt);
    expect(last?.at).toBeLessThan(emptyAt + 4 * TERMS.coolDownMs + TERMS.downAfterMs / 6);
  });

  it('adds workers before any connection waits while the load rises slowly', () => {
    const group = new SimulatedGroup({ demand: (now) => Math.min(2.6, (2.6 * now) / HOUR) });
    group.run(2 * HOUR);
    expect(group.changes.map(({ to, cause }) => [to, cause])).toEqual([
      [2, 'utilization'],
      [3, 'utilization'],
      [4, 'utilization'],
    ]);
    expect(group.shedAt).toEqual([]);
  });

  it('ends a worker before a leak fills memory, and adds none into what that frees', () => {
    const group = new SimulatedGroup({
      demand: () => 1.8,
      memory: { ofWorker: (ageMs) => 100 + ageMs / 20_000, limit: 600 },
    });
    group.run(4 * HOUR);
    const relieved = group.changes.filter(({ cause }) => cause === 'memory');
    expect(relieved.length).toBeGreaterThanOrEqual(1);
    for (const { at } of relieved) {
      const next = group.changes.find((one) => one.at > at && one.to > one.from);
      expect(next?.at ?? Infinity).toBeGreaterThanOrEqual(at + TERMS.downAfterMs);
    }
    expect(Math.min(...numbersOf(group.changes))).toBeGreaterThanOrEqual(TERMS.min);
  });

  it('starts no worker that memory has no room for', () => {
    const group = new SimulatedGroup({
      demand: (now) => (now < MINUTE ? 0.3 : 3.5),
      memory: { ofWorker: () => 100, limit: 299 },
    });
    group.run(HOUR);
    expect(numbersOf(group.changes)).toEqual([2]);
  });

  it('changes nothing while the load is noisy around any level, once it has found its number', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3.9, noNaN: true }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        fc.integer({ min: 1, max: 2 ** 30 }),
        (level, spread, seed) => {
          const random = noise(seed);
          const group = new SimulatedGroup({
            demand: () => level * (1 - spread + 2 * spread * random()),
          });
          group.run(10 * MINUTE);
          const settled = group.changes.length;
          group.run(HOUR);
          expect(group.changes.length - settled).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: 30 },
    );
  });

  it('changes at most twice per delay under a load that flaps as fast as it can be followed', () => {
    const period = TERMS.downAfterMs + 60_000;
    const group = new SimulatedGroup({
      demand: (now) => (now % period < 20_000 ? 0.95 : 0.2),
    });
    group.run(HOUR);
    expect(group.changes.length).toBeLessThanOrEqual((2 * HOUR) / TERMS.downAfterMs);
  });

  it('ignores a load that flaps faster', () => {
    const group = new SimulatedGroup({
      demand: (now) => (now % 40_000 < 20_000 ? 0.95 : 0.2),
    });
    group.run(HOUR);
    expect(numbersOf(group.changes)).toEqual([2]);
  });
});

/** Any sample: also those that no group would give. */
const anySample = fc.record({
  demand: fc.double({ min: 0, max: 6, noNaN: true }),
  waitMs: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 500, noNaN: true })),
  shed: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(50)),
  room: fc.oneof({ weight: 4, arbitrary: fc.constant(Infinity) }, fc.nat(3)),
  isShort: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.boolean()),
  isSettled: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.boolean()),
  isEnding: fc.boolean(),
  out: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.constant(1)),
});

describe('ScalingPolicy under any load', () => {
  it('stays within its bounds and its memory, and keeps its times', () => {
    const terms = { ...TERMS, min: 2, max: 6, downAfterMs: 20_000, coolDownMs: 3_000 };
    fc.assert(
      fc.property(fc.array(anySample, { maxLength: 300 }), (samples) => {
        const policy = new ScalingPolicy(terms);
        let wanted = terms.min;
        let changedAt = -Infinity;
        let grownAt = -Infinity;
        samples.forEach(({ demand, isSettled, ...sample }, second) => {
          const now = 1_000 * second;
          const serving = Math.max(0, wanted - sample.out - (isSettled ? 0 : 1));
          const load: Load = {
            ...sample,
            wanted,
            min: terms.min,
            utilizations: Array.from({ length: serving }, () => Math.min(1, demand / serving)),
          };
          const verdict = policy.look(load, now);
          if (verdict.kind !== 'change') return;
          const { to, cause } = verdict;
          expect(to).not.toBe(wanted);
          expect(to).toBeGreaterThanOrEqual(terms.min);
          expect(to).toBeLessThanOrEqual(terms.max);
          expect(to - wanted).toBeLessThanOrEqual(sample.room);
          expect(to - wanted).toBeGreaterThanOrEqual(-1);
          if (cause !== 'shed') expect(now - changedAt).toBeGreaterThanOrEqual(terms.coolDownMs);
          if (cause === 'idle') expect(now - grownAt).toBeGreaterThanOrEqual(terms.downAfterMs);
          policy.changed({ from: wanted, to }, now);
          changedAt = now;
          if (to > wanted) grownAt = now;
          wanted = to;
        });
      }),
    );
  });
});

describe('ScalingPolicy', () => {
  const CALM: Load = {
    wanted: 2,
    min: 1,
    out: 0,
    utilizations: [0.5, 0.5],
    waitMs: 0,
    shed: 0,
    room: Infinity,
    isShort: false,
    isEnding: false,
  };

  /** Gives the same load each second; returns the last verdict. */
  function after(policy: ScalingPolicy, load: Partial<Load>, forSeconds: number): ScalingVerdict {
    let verdict: ScalingVerdict = { kind: 'keep' };
    for (let second = 0; second <= forSeconds; second++) {
      verdict = policy.look({ ...CALM, ...load }, 1_000 * second);
    }
    return verdict;
  }

  it('gives its reason with the figures', () => {
    expect(after(new ScalingPolicy(TERMS), { utilizations: [0.9, 0.8] }, 5)).toEqual({
      kind: 'change',
      to: 3,
      cause: 'utilization',
      reason: 'event loop utilization was 85 % over 5 s, target 70 %',
    });
    expect(after(new ScalingPolicy(TERMS), { waitMs: 35 }, 1)).toEqual({
      kind: 'change',
      to: 4,
      cause: 'queue',
      reason: 'connections waited 35 ms for a worker, more than 20 ms',
    });
  });

  it('does not take one sample for pressure', () => {
    const policy = new ScalingPolicy(TERMS);
    expect(policy.look({ ...CALM, shed: 20 }, 0)).toEqual({ kind: 'keep' });
    expect(policy.look(CALM, 1_000)).toEqual({ kind: 'keep' });
    expect(policy.look({ ...CALM, waitMs: 90 }, 2_000)).toEqual({ kind: 'keep' });
  });

  it('adds none while one that is wanted still starts', () => {
    expect(after(new ScalingPolicy(TERMS), { utilizations: [1], shed: 9 }, 60)).toEqual({
      kind: 'keep',
    });
  });

  it('adds one in place of a worker that an operator has taken out', () => {
    const load = { utilizations: [0.9], out: 1 };
    expect(after(new ScalingPolicy(TERMS), load, 5)).toMatchObject({ to: 3 });
  });

  it('keeps what it may not do without, however idle', () => {
    const load = { utilizations: [0, 0], min: 2 };
    expect(after(new ScalingPolicy(TERMS), load, 600)).toEqual({ kind: 'keep' });
  });

  it('says when memory keeps it from growing', () => {
    const load = { utilizations: [1, 1], room: 0 };
    expect(after(new ScalingPolicy(TERMS), load, 5)).toEqual({ kind: 'no-room' });
  });

  it('ends a worker for want of memory under full load, but none while another one ends', () => {
    const full = { utilizations: [1, 1], isShort: true };
    expect(after(new ScalingPolicy(TERMS), full, 0)).toMatchObject({ to: 1, cause: 'memory' });
    expect(after(new ScalingPolicy(TERMS), { ...full, isEnding: true }, 0).kind).toBe('keep');
  });
});
