import { describe, expect, it } from 'vitest';

import type { ProcessCensus } from '../../../../lib/insight/take-census.ts';
import { heapGrowthOf, heapGrowthOperation } from '../../../../lib/meta/operations/heap-growth.ts';
import type { Job } from '../../../../lib/meta/operations/operation.ts';
import { resultView } from '../../../../lib/meta/pages/run-result.ts';
import { html } from '../../../../lib/meta/view/html.ts';

const MEMORY = { rssBytes: 100, heapUsedBytes: 50, externalBytes: 20, arrayBuffersBytes: 10 };

const BEFORE: ProcessCensus = {
  classes: [
    { name: 'Receipt', count: 10, bytes: 400 },
    { name: 'Gone', count: 3, bytes: 300 },
    { name: 'Same', count: 1, bytes: 1 },
  ],
  buffers: [
    { belowBytes: 1_024, count: 1, bytes: 10 },
    { belowBytes: null, count: 0, bytes: 0 },
  ],
  memory: MEMORY,
  blockedMs: 30,
};

const AFTER: ProcessCensus = {
  classes: [
    { name: 'ArrayBuffer', count: 10, bytes: 100e6 },
    { name: 'Receipt', count: 15, bytes: 600 },
    { name: 'Same', count: 1, bytes: 1 },
  ],
  buffers: [
    { belowBytes: 1_024, count: 0, bytes: 0 },
    { belowBytes: null, count: 10, bytes: 100e6 },
  ],
  memory: { ...MEMORY, rssBytes: 90, arrayBuffersBytes: 100e6 },
  blockedMs: 20,
};

describe('growthOf', () => {
  it('tells what grew, largest first, then what shrank', () => {
    const { classes, buffers, memory, blockedMs } = heapGrowthOf(BEFORE, AFTER);
    expect(classes).toEqual([
      { name: 'ArrayBuffer', count: 10, countChange: 10, bytes: 100e6, bytesChange: 100e6 },
      { name: 'Receipt', count: 15, countChange: 5, bytes: 600, bytesChange: 200 },
      { name: 'Gone', count: 0, countChange: -3, bytes: 0, bytesChange: -300 },
    ]);
    expect(
      buffers.map(({ size, countChange, bytesChange }) => [size, countChange, bytesChange]),
    ).toEqual([
      ['0 B to 1 KiB', -1, -10],
      ['from 1 KiB', 10, 100e6],
    ]);
    expect(memory.map(({ bytesChange }) => bytesChange)).toEqual([-10, 0, 0, 100e6 - 10]);
    expect(blockedMs).toBe(30);
  });
});

function jobOf(input: Job['input'], answers: ProcessCensus[]): Job {
  const run = async (name: string): Promise<object> => {
    expect(name).toBe('heap-census.take');
    const value = answers.shift();
    return { data: value === undefined ? [] : [{ worker: 3, value }] };
  };
  return {
    by: 'ada',
    input,
    reports: { run } as unknown as Job['reports'],
    signal: new AbortController().signal,
    progress: () => undefined,
    carriedOut: () => undefined,
    keep: () => Promise.reject(new Error('keeps nothing')),
  };
}

const INPUT = { worker: 3, seconds: 1, maxBlockedMs: 2_000 };

describe('heap-growth', () => {
  it('counts twice, and shows signed changes', async () => {
    const result = await heapGrowthOperation.run(jobOf(INPUT, [BEFORE, AFTER]));
    expect(result).toMatchObject({ worker: 3, seconds: 1 });
    const { markup } = html`${resultView('heap-growth', result)}`;
    expect(markup).toContain('<code>ArrayBuffer</code>');
    expect(markup).toContain('+95.4 MiB');
    expect(markup).toContain('−300 B');
    expect(markup).toContain('from 1 KiB');
  });

  it('fails when the worker is gone', async () => {
    await expect(heapGrowthOperation.run(jobOf(INPUT, [BEFORE]))).rejects.toThrow('did not answer');
  });

  it.each([
    [{ ...INPUT, seconds: 0 }, 'seconds'],
    [{ ...INPUT, seconds: 601 }, 'seconds'],
    [{ ...INPUT, maxBlockedMs: 6_000 }, 'maxBlockedMs'],
  ])('refuses %j', async (input, name) => {
    await expect(heapGrowthOperation.run(jobOf(input, [BEFORE, AFTER]))).rejects.toThrow(name);
  });
});
