import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { Standing, watchStanding } from '../../support/standing.ts';

/** Keeps every timer of this thread from its turn. */
function stand(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('watchStanding', () => {
  it('returns what was done, and counts the time in which nothing had a turn', async () => {
    const { result, stoodMs } = await watchStanding(async () => {
      await sleep(30);
      stand(200);
      await sleep(30);
      return 'done';
    });
    expect(result).toBe('done');
    expect(stoodMs).toBeGreaterThan(150);
  });

  it('counts a pause at the very end, before a timer could notice', async () => {
    const { stoodMs } = await watchStanding(async () => {
      await sleep(30);
      stand(200);
    });
    expect(stoodMs).toBeGreaterThan(150);
  });

  it('passes on what fails', async () => {
    const failing = watchStanding(() => Promise.reject(new RangeError('too much')));
    await expect(failing).rejects.toThrow('too much');
  });
});

describe('Standing', () => {
  it('adds nothing while looks are late only by the turns of others.', () => {
    const standing = new Standing(0);
    for (const now of [10, 34, 59, 69]) standing.look(now);
    expect([standing.stoodMs, standing.longestMs]).toEqual([0, 0]);
  });

  it('adds up longer pauses, and keeps the longest.', () => {
    const standing = new Standing(0);
    for (const now of [30, 40, 90]) standing.look(now);
    expect([standing.stoodMs, standing.longestMs]).toEqual([60, 40]);
  });
});
