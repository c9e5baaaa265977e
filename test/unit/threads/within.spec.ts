import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { within } from '../../../lib/common/within.ts';

const done = vi.fn<() => void>();

async function waitFor(promise: Promise<unknown>): Promise<void> {
  await within(promise, 1_000);
  done();
}

describe('within', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    done.mockClear();
  });
  afterEach(() => void vi.useRealTimers());

  it('waits for the promise, and leaves no timer behind', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waited = waitFor(promise);
    await vi.advanceTimersByTimeAsync(999);
    expect(done).not.toHaveBeenCalled();
    resolve();
    await waited;
    expect(done).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits no longer than its limit', async () => {
    const waited = waitFor(new Promise(() => undefined));
    await vi.advanceTimersByTimeAsync(999);
    expect(done).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await waited;
    expect(done).toHaveBeenCalledOnce();
  });

  it('fails when the promise fails in time, and leaves no timer behind', async () => {
    await expect(within(Promise.reject(new Error('as asked')), 1_000)).rejects.toThrow('as asked');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('swallows a failure that comes too late', async () => {
    const { promise, reject } = Promise.withResolvers<void>();
    const waited = within(promise, 10);
    await vi.advanceTimersByTimeAsync(10);
    await waited;
    // Nobody handles it but `within`: the runner would report it.
    reject(new Error('too late'));
    await vi.advanceTimersByTimeAsync(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
