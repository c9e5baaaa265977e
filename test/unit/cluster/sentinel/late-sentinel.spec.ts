import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { LateSentinel } from '../../../../lib/cluster/sentinel/late-sentinel.ts';

const SENTINEL = { watchLoop: (): void => undefined };

function late() {
  const make = vi.fn<() => typeof SENTINEL>(() => SENTINEL);
  const onStart = vi.fn<() => void>();
  return { make, onStart, sentinel: new LateSentinel(make) };
}

describe('A late sentinel', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('starts when it is told, once, and says so.', () => {
    const { make, onStart, sentinel } = late();
    sentinel.startInTime(onStart);
    expect([sentinel.start(), sentinel.start()]).toEqual([SENTINEL, SENTINEL]);
    vi.advanceTimersByTime(60_000);
    expect([make.mock.calls.length, onStart.mock.calls.length]).toEqual([1, 1]);
  });

  it('starts after 2 s of a boot that takes longer.', () => {
    const { make, onStart, sentinel } = late();
    sentinel.startInTime(onStart);
    vi.advanceTimersByTime(1_999);
    expect(make).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect([make.mock.calls.length, onStart.mock.calls.length]).toEqual([1, 1]);
    expect(sentinel.start()).toBe(SENTINEL);
    expect(make).toHaveBeenCalledTimes(1);
  });
});
