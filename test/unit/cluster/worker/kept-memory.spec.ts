import { describe, expect, it } from 'vitest';

import { median } from '../../../../bench/support/statistics.ts';
import { KeptMemory } from '../../../../lib/cluster/worker/kept-memory.ts';

const MIB = 1 << 20;
const EVERY_S = 5;
const NATIVE_MIB = 20;

interface Scene {
  /** Size of the heap, in MiB, at a time in seconds. */
  heapAt: (seconds: number) => number;
  /** Native memory that is in use, in MiB. */
  nativeAt?: (seconds: number) => number;
  seconds?: number;
}

/** Collections of a process whose V8 keeps the memory of its heap's peak, and its private memory. */
function run({ heapAt, nativeAt = () => NATIVE_MIB, seconds = 600 }: Scene) {
  const kept = new KeptMemory();
  const collectedAt: number[] = [];
  const privates: number[] = [];
  let peakMib = 0;
  for (let at = 0; at <= seconds; at += EVERY_S) {
    const heapMib = heapAt(at);
    peakMib = Math.max(peakMib, heapMib);
    const privateMib = peakMib + nativeAt(at);
    privates.push(privateMib);
    const memory = { privateBytes: privateMib * MIB, heapTotalBytes: heapMib * MIB };
    if (!kept.look({ ...memory, externalBytes: 0 }, at * 1_000)) continue;
    collectedAt.push(at);
    peakMib = heapMib;
  }
  return { collectedAt, typicalMib: median(privates) };
}

describe('Memory that V8 keeps', () => {
  it('is given back once a peak has left much of it', () => {
    const { collectedAt } = run({ heapAt: (at) => (at === 100 ? 90 : 50) });
    expect(collectedAt).toEqual([105]);
  });

  it('is left where the heap uses it', () => {
    expect(run({ heapAt: (at) => 50 + at / 10 }).collectedAt).toEqual([]);
  });

  it('does not add up, however high the peaks', () => {
    const { typicalMib } = run({
      heapAt: (at) => (at % 95 === 0 ? 60 + at / 20 : 50),
      seconds: 3_600,
    });
    expect(typicalMib).toBe(50 + NATIVE_MIB);
  });

  it('is not looked for again within a minute', () => {
    const { collectedAt } = run({ heapAt: (at) => (at % 10 === 0 ? 90 : 50) });
    const gaps = collectedAt.slice(1).map((at, index) => at - (collectedAt[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60);
  });

  it('is not confused with native memory: that costs one collection for each 24 MiB', () => {
    const { collectedAt } = run({ heapAt: () => 50, nativeAt: (at) => NATIVE_MIB + at / 5 });
    expect(collectedAt).toHaveLength(4);
  });
});
