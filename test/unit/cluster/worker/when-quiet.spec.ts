import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { whenQuiet } from '../../../../lib/cluster/worker/when-quiet.ts';

/** What is to run, with requests in flight as each look finds them. */
function waiting(...inFlight: number[]) {
  const run = vi.fn<() => void>();
  whenQuiet(run, () => (inFlight.length > 1 ? inFlight.shift() : inFlight[0]) ?? 0);
  return run;
}

describe('whenQuiet', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('runs at once without requests, and no second time', () => {
    const run = waiting(0);
    expect(run).toHaveBeenCalledOnce();
    vi.advanceTimersByTime(60_000);
    expect(run).toHaveBeenCalledOnce();
  });

  it('waits for a moment without requests', () => {
    const run = waiting(2, 1, 0);
    vi.advanceTimersByTime(199);
    expect(run).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(run).toHaveBeenCalledOnce();
  });

  it('gives up in a process that is always busy', () => {
    const run = waiting(1);
    vi.advanceTimersByTime(60_000);
    expect(run).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});
