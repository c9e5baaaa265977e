import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Checks } from '../../../lib/common/checks.ts';

const SECOND = 1_000;

/** A check whose runs end when the test says so. */
function hangingCheck() {
  const runs: (() => void)[] = [];
  const run = (): Promise<void> => new Promise((resolve) => void runs.push(resolve));
  const check = { name: 'database', timeoutMs: 500, cacheMs: 0, counts: true, run };
  const checks = new Checks([check], { now: () => Date.now() }, (text) => text);
  const ask = async (): Promise<string | undefined> => {
    const report = checks.report();
    await vi.advanceTimersByTimeAsync(SECOND);
    return (await report).checks[0]?.error;
  };
  return { runs, ask };
}

describe('Checks', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('R43: do not run a check again beside one that hangs', async () => {
    const { runs, ask } = hangingCheck();
    expect(await ask()).toBe('no answer within 500 ms');
    expect(await ask()).toBe('has not answered yet');
    expect(await ask()).toBe('has not answered yet');
    expect(runs).toHaveLength(1);
    runs[0]?.();
    await vi.advanceTimersByTimeAsync(0);
    expect(await ask()).toBe('no answer within 500 ms');
    expect(runs).toHaveLength(2);
  });

  it('R43: run a check again when its last run is lost', async () => {
    const { runs, ask } = hangingCheck();
    await ask();
    await vi.advanceTimersByTimeAsync(30 * SECOND);
    await ask();
    expect(runs).toHaveLength(2);
    // What was lost comes after all, and does not speak for the other.
    runs[0]?.();
    expect(await ask()).toBe('has not answered yet');
    expect(runs).toHaveLength(2);
  });

  it('R43: share a run that is within its time limit', async () => {
    const { runs, ask } = hangingCheck();
    const both = Promise.all([ask(), ask()]);
    runs[0]?.();
    expect(await both).toEqual([undefined, undefined]);
    expect(runs).toHaveLength(1);
  });
});
