import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { processClock } from '../../../lib/common/clock.ts';
import { ReadinessChecks } from '../../../lib/meta/own/readiness-checks.ts';
import { ReadinessTelling } from '../../../lib/meta/own/readiness-telling.ts';

const SECOND = 1_000;

function startWith(checks: Record<string, { isUp: boolean; counts: boolean }>): {
  told: boolean[];
  telling: ReadinessTelling;
} {
  const told: boolean[] = [];
  const all = Object.entries(checks).map(([name, check]) => {
    return { name, timeoutMs: 500, cacheMs: 0, counts: check.counts, run: () => check.isUp };
  });
  const asked = new ReadinessChecks(all, processClock, (text) => text);
  return { told, telling: new ReadinessTelling(asked, (isReady) => told.push(isReady)) };
}

describe('ReadinessTelling', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('tells each change once, and the first truth before it has started', async () => {
    const database = { isUp: false, counts: true };
    const { told, telling } = startWith({ database });
    await telling.start();
    expect(told).toEqual([false]);
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    database.isUp = true;
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    expect(told).toEqual([false, true]);
    telling.stop();
    database.isUp = false;
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    expect(told).toEqual([false, true]);
  });

  it('says nothing of a check that does not count', async () => {
    const { told, telling } = startWith({ mirror: { isUp: false, counts: false } });
    await telling.start();
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    telling.stop();
    expect(told).toEqual([]);
  });

  it('keeps no timer where there are no checks', async () => {
    const { telling } = startWith({});
    await telling.start();
    expect(vi.getTimerCount()).toBe(0);
  });
});
