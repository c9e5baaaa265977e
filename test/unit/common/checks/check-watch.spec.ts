import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { CheckWatch } from '../../../../lib/common/checks/check-watch.ts';
import { Checks } from '../../../../lib/common/checks/checks.ts';
import { processClock } from '../../../../lib/common/clock.ts';

const SECOND = 1_000;

function startWith(checks: Record<string, { isUp: boolean; counts: boolean }>): {
  notified: boolean[];
  watch: CheckWatch<boolean>;
} {
  const notified: boolean[] = [];
  const all = Object.entries(checks).map(([name, check]) => {
    return { name, timeoutMs: 500, cacheMs: 0, counts: check.counts, run: () => check.isUp };
  });
  const watch = new CheckWatch(new Checks(all, processClock, String), {
    everyMs: SECOND,
    initial: true,
    select: ({ isPassing }) => isPassing,
    notify: (isPassing) => void notified.push(isPassing),
  });
  return { notified, watch };
}

describe('CheckWatch', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('notifies of each change once, and of the first outcome before it has started', async () => {
    const database = { isUp: false, counts: true };
    const { notified, watch } = startWith({ database });
    await watch.start();
    expect(notified).toEqual([false]);
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    database.isUp = true;
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    expect(notified).toEqual([false, true]);
    watch.stop();
    database.isUp = false;
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    expect(notified).toEqual([false, true]);
  });

  it('does not notify of a check that does not count', async () => {
    const { notified, watch } = startWith({ mirror: { isUp: false, counts: false } });
    await watch.start();
    await vi.advanceTimersByTimeAsync(3 * SECOND);
    watch.stop();
    expect(notified).toEqual([]);
  });

  it('keeps no timer where there are no checks', async () => {
    const { watch } = startWith({});
    await watch.start();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('R43: keeps no timer and notifies of nothing when stopped during its first run', async () => {
    const { notified, watch } = startWith({ database: { isUp: false, counts: true } });
    const started = watch.start();
    watch.stop();
    await started;
    expect([vi.getTimerCount(), notified]).toEqual([0, []]);
  });
});
