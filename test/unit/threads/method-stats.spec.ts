import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { Stats } from '../../../lib/stats/stats.ts';
import { MethodStats } from '../../../lib/threads/method-stats.ts';
import type { CallResult } from '../../../lib/threads/offloaded-call.ts';
import type { ThreadSample } from '../../../lib/threads/protocol.ts';

interface Done {
  runMs?: number;
  postMs?: number;
  queuedMs?: number;
  totalMs?: number;
  sample?: Partial<ThreadSample>;
}

const LABELS = { method: 'Work.render', pool: 'cpu' };

function resultOf({ runMs = 0, postMs = 0, queuedMs = 0, totalMs = 0, sample }: Done): CallResult {
  const full = { argumentBytes: 0, resultBytes: 0, readMs: 0, ...sample };
  const answer = {
    outcome: { kind: 'value', value: undefined, buffers: undefined },
    runMs,
    busyMs: undefined,
    sample: sample === undefined ? undefined : full,
  } as const;
  return { answer, queuedMs, postMs, totalMs, at: 0 };
}

function open() {
  const stats = new Stats();
  const method = new MethodStats(stats, LABELS);
  return { stats, method, done: (one: Done) => method.done(resultOf(one)) };
}

function totals(stats: Stats): Record<string, unknown> {
  const calls = stats.snapshot().find(({ name }) => name === 'buttress.threads.calls');
  const series = calls?.kind === 'counter' ? calls.series : [];
  return Object.fromEntries(series.map(({ labels, data }) => [labels['outcome'], data.total]));
}

describe('the statistics of a decorated method', () => {
  it('measure the first four calls in full, then one in 64', () => {
    const { method } = open();
    const sampled = Array.from({ length: 200 }, () => method.shouldSample());
    const numbers = sampled.flatMap((isSampled, call) => (isSampled ? [call] : []));
    expect(numbers).toEqual([0, 1, 2, 3, 64, 128, 192]);
  });

  it('keep how long calls wait, run, and take', () => {
    const { stats, done } = open();
    done({ queuedMs: 1, runMs: 10, totalMs: 12 });
    done({ queuedMs: 3, runMs: 20, totalMs: 25 });
    const figures = ['queue_wait', 'run', 'call'].map((name) => {
      const { count, sum } = stats.duration(`buttress.threads.${name}`, {}, LABELS).snapshot();
      return [count, sum];
    });
    expect(figures).toEqual([
      [2, 4],
      [2, 30],
      [2, 37],
    ]);
  });

  it('keep the sizes of those that were measured', () => {
    const { stats, done } = open();
    done({ sample: { argumentBytes: 100, resultBytes: 7 } });
    done({});
    const sizes = ['argument_size', 'result_size'].map((name) => {
      const { count, sum } = stats.value(`buttress.threads.${name}`, {}, LABELS).snapshot();
      return [count, sum];
    });
    expect(sizes).toEqual([
      [1, 100],
      [1, 7],
    ]);
  });

  it('show what became of calls, as it is counted', () => {
    const { stats, method } = open();
    const { counts } = method;
    counts.inline = 1;
    counts.completed = 2;
    counts.failed = 3;
    counts.refused.queue = 4;
    counts.refused.deadline = 5;
    counts.cancelled.queued = 6;
    counts.cancelled.running = 7;
    counts.lost = 8;
    expect(totals(stats)).toEqual({
      inline: 1,
      completed: 2,
      failed: 3,
      refused: 9,
      cancelled: 13,
      lost: 8,
    });
    counts.completed++;
    expect(totals(stats)).toMatchObject({ completed: 3 });
  });
});

describe('what offloading costs', () => {
  it('is nothing before any call', () => {
    const { method } = open();
    expect([method.runMs, method.copyMs]).toEqual([0, 0]);
  });

  it('is what sending took, and what reading results takes by the samples', () => {
    const { method, done } = open();
    done({ runMs: 10, postMs: 1, sample: { readMs: 2 } });
    expect([method.runMs, method.copyMs]).toEqual([10, 1 + 2]);
    // No sample: as long as the ones before.
    done({ runMs: 10, postMs: 1 });
    expect([method.runMs, method.copyMs]).toEqual([20, 2 + 2 * 2]);
    done({ runMs: 10, postMs: 1, sample: { readMs: 12 } });
    expect(method.runMs).toBe(30);
    expect(method.copyMs).toBeCloseTo(3 + 2 * 2 + 4);
  });

  it('is held against the time in threads', () => {
    const { stats, method, done } = open();
    done({ runMs: 10, postMs: 1, sample: { readMs: 2 } });
    const roi = (): number => stats.gauge('buttress.threads.saved', {}, LABELS).snapshot().value;
    expect([method.roiMs, roi()]).toEqual([7, 0.007]);
    done({ runMs: 1, postMs: 20, sample: { readMs: 2 } });
    expect([method.roiMs, roi()]).toEqual([7 + 1 - 20 - 2, method.roiMs / 1_000]);
  });

  it('lies between what the samples say, whatever they say', () => {
    const calls = fc.array(
      fc.record({
        runMs: fc.double({ min: 0, max: 100, noNaN: true }),
        postMs: fc.double({ min: 0, max: 100, noNaN: true }),
        readMs: fc.double({ min: 1, max: 5, noNaN: true }),
        isSample: fc.boolean(),
      }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(calls, (all) => {
        const { method, done } = open();
        for (const [index, { runMs, postMs, readMs, isSample }] of all.entries()) {
          const hasSample = isSample || index === 0;
          done({ runMs, postMs, ...(hasSample ? { sample: { readMs } } : {}) });
        }
        const sum = (name: 'runMs' | 'postMs') => all.reduce((total, one) => total + one[name], 0);
        expect(method.runMs).toBeCloseTo(sum('runMs'));
        const read = (method.copyMs - sum('postMs')) / all.length;
        expect(read).toBeGreaterThan(1 - 1e-9);
        expect(read).toBeLessThan(5 + 1e-9);
      }),
    );
  });
});
