import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AutoOffload, autoOffload } from '../../../lib/threads/auto-offload.ts';

const CHEAP = { busyMs: 0.1, overheadMs: 0.2 };

function learn(auto: AutoOffload, sample = CHEAP, calls = 8, size = 1): void {
  for (let call = 0; call < calls; call++) auto.offloaded('m', size, sample);
}

function decisions(auto: AutoOffload): string[] {
  return auto.table().map(({ decision }) => decision);
}

describe('learnt offloading', () => {
  it('offloads what is not known', () => {
    const auto = autoOffload();
    expect(auto.shouldOffload('m', 1)).toBe(true);
    expect(auto.table()).toEqual([]);
  });

  it('runs inline what was cheap often enough', () => {
    const auto = new AutoOffload();
    learn(auto, CHEAP, 7);
    expect([auto.shouldOffload('m', 1), decisions(auto)]).toEqual([true, ['unknown']]);
    learn(auto, CHEAP, 1);
    expect([auto.shouldOffload('m', 1), decisions(auto)]).toEqual([false, ['inline']]);
  });

  it('takes as many samples as its options say', () => {
    const auto = autoOffload({ minSamples: 2 });
    learn(auto, CHEAP, 2);
    expect(auto.shouldOffload('m', 1)).toBe(false);
  });

  it.each([
    [0.5, 'inline'],
    [0.51, 'offload'],
  ])('looks at what blocks the loop: %d ms is %s', (busyMs, decision) => {
    const auto = new AutoOffload();
    learn(auto, { busyMs, overheadMs: 10 });
    expect(decisions(auto)).toEqual([decision]);
  });

  it('has another budget where its options say so', () => {
    const auto = autoOffload({ budgetMs: 5 });
    learn(auto, { busyMs: 4.9, overheadMs: 10 });
    expect(decisions(auto)).toEqual(['inline']);
  });

  it.each([
    [0.29, 'inline'],
    [0.31, 'offload'],
  ])('looks at what the way costs: %d ms of work for 0.2 ms is %s', (busyMs, decision) => {
    const auto = new AutoOffload();
    learn(auto, { busyMs, overheadMs: 0.2 });
    expect(decisions(auto)).toEqual([decision]);
  });

  it('keeps methods apart, and sizes by powers of two', () => {
    const auto = new AutoOffload();
    learn(auto, CHEAP, 8, 1_024);
    const sizes = [1_023, 1_024, 2_047, 2_048];
    expect(sizes.map((size) => auto.shouldOffload('m', size))).toEqual([true, false, false, true]);
    expect(auto.shouldOffload('other', 1_024)).toBe(true);
    learn(auto, { busyMs: 9, overheadMs: 0.1 }, 8, 0.5);
    expect(auto.table().map(({ size, decision }) => [size, decision])).toEqual([
      [1_024, 'inline'],
      [0, 'offload'],
    ]);
  });

  it('gives its table away as a copy', () => {
    const auto = new AutoOffload();
    learn(auto);
    for (const entry of auto.table()) entry.decision = 'offload';
    expect(decisions(auto)).toEqual(['inline']);
    const [{ busyMs, overheadMs, ...rest } = { busyMs: 0, overheadMs: 0 }] = auto.table();
    expect(rest).toEqual({ method: 'm', size: 1, samples: 8, decision: 'inline' });
    expect([busyMs, overheadMs]).toEqual([expect.closeTo(0.1), expect.closeTo(0.2)]);
  });
});

describe('the options of learnt offloading', () => {
  it.each<[string, object]>([
    ['autoOffload.budget is not an option', { budget: 5 }],
    ['autoOffload.budgetMs must be a number', { budgetMs: 'x' }],
    ['autoOffload.budgetMs must be from 0 to 60000', { budgetMs: -1 }],
    ['autoOffload.minSamples must be a whole number from 1 to', { minSamples: -1 }],
    ['autoOffload.minSamples must be a whole number from 1 to', { minSamples: 1.5 }],
  ])('are refused if they are wrong: %s', (message, options) => {
    expect(() => autoOffload(options)).toThrow(message);
    expect(() => new AutoOffload(options)).toThrow(message);
  });
});

describe('what was learnt', () => {
  it('is looked at again with one call in 64', () => {
    const auto = new AutoOffload();
    learn(auto);
    const calls = Array.from({ length: 192 }, () => auto.shouldOffload('m', 1));
    const offloaded = calls.flatMap((isOffloaded, index) => (isOffloaded ? [index + 1] : []));
    expect(offloaded).toEqual([64, 128, 192]);
  });

  it('stays while it is only somewhat worse', () => {
    const auto = new AutoOffload();
    learn(auto, { busyMs: 0.4, overheadMs: 1 });
    learn(auto, { busyMs: 0.7, overheadMs: 1 }, 50);
    expect(decisions(auto)).toEqual(['inline']);
    learn(auto, { busyMs: 0.8, overheadMs: 1 }, 50);
    expect(decisions(auto)).toEqual(['offload']);
    learn(auto, { busyMs: 0.7, overheadMs: 1 }, 50);
    expect(decisions(auto)).toEqual(['offload']);
    learn(auto, { busyMs: 0.4, overheadMs: 1 }, 50);
    expect(decisions(auto)).toEqual(['inline']);
  });

  it('is unlearnt when calls here take long', () => {
    const auto = new AutoOffload();
    learn(auto);
    for (let call = 0; call < 20; call++) auto.inlined('m', 1, 30);
    expect(decisions(auto)).toEqual(['offload']);
    expect(auto.shouldOffload('m', 1)).toBe(true);
  });

  it('is made no better by calls here: what they take is only the least', () => {
    const auto = new AutoOffload();
    learn(auto, { busyMs: 0.4, overheadMs: 1 });
    const before = auto.table();
    for (let call = 0; call < 100; call++) auto.inlined('m', 1, 0);
    expect(auto.table()).toEqual(before);
    auto.inlined('strange', 1, 5);
    expect(auto.table()).toEqual(before);
  });

  it('is of 2,000 methods and sizes at most; others are offloaded', () => {
    const auto = autoOffload({ minSamples: 1 });
    for (let method = 0; method < 2_500; method++) auto.offloaded(`m${method}`, 1, CHEAP);
    expect(auto.table()).toHaveLength(2_000);
    expect(auto.shouldOffload('m1999', 1)).toBe(false);
    expect(auto.shouldOffload('m2000', 1)).toBe(true);
    auto.offloaded('m5', 1, CHEAP);
    expect(auto.table()[5]?.samples).toBe(2);
  });
});

describe('learnt offloading, whatever happens,', () => {
  const step = fc.record({
    kind: fc.constantFrom('ask', 'offloaded', 'inlined'),
    method: fc.constantFrom('a', 'b'),
    size: fc.integer({ min: 0, max: 5_000 }),
    busyMs: fc.double({ min: 0, max: 2, noNaN: true }),
    overheadMs: fc.double({ min: 0, max: 2, noNaN: true }),
  });

  it('never runs inline what it has not seen often enough', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step), (minSamples, steps) => {
        const auto = autoOffload({ minSamples });
        const seen = new Map<string, number>();
        for (const { kind, method, size, ...sample } of steps) {
          const key = `${method} ${Math.floor(Math.log2(size))}`;
          const samples = seen.get(key) ?? 0;
          if (kind === 'inlined') auto.inlined(method, size, sample.busyMs);
          else if (kind === 'ask' && samples < minSamples) {
            expect(auto.shouldOffload(method, size)).toBe(true);
          } else if (kind === 'offloaded') {
            auto.offloaded(method, size, sample);
            seen.set(key, samples + 1);
          }
        }
        expect(auto.table().map(({ samples }) => samples)).toEqual([...seen.values()]);
      }),
    );
  });

  it('puts each size between a power of two and the next', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 40 }), (size) => {
        const auto = new AutoOffload();
        auto.offloaded('m', size, CHEAP);
        const [entry] = auto.table();
        expect(entry?.size).toBeLessThanOrEqual(size);
        expect(2 * (entry?.size ?? 0)).toBeGreaterThan(size);
      }),
    );
  });

  it('comes to an end: it decides in the same way of calls that stay the same', () => {
    fc.assert(
      fc.property(step, ({ busyMs, overheadMs }) => {
        const auto = new AutoOffload();
        learn(auto, { busyMs, overheadMs });
        const [decision] = decisions(auto);
        learn(auto, { busyMs, overheadMs }, 200);
        expect(decisions(auto)).toEqual([decision]);
      }),
    );
  });
});
