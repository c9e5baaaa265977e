import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Heartbeat } from '../../../../lib/cluster/worker/heartbeat.ts';

const SECONDS_10 = 10_000;

/** Faked with the timers. */
const clock = { now: () => Date.now() };

function count(activity: () => number): { turns: number; beats: number; usages: number } {
  const counts = { turns: 0, beats: 0, usages: 0 };
  new Heartbeat({
    clock,
    activity,
    whenActive: ignore,
    onTurn: () => counts.turns++,
    onNext: ignore,
    onBeat: () => counts.beats++,
    onUsage: () => counts.usages++,
  }).start();
  vi.advanceTimersByTime(SECONDS_10);
  return counts;
}

function ignore(): void {}

const quiet = {
  clock,
  activity: () => 0,
  whenActive: ignore,
  onTurn: ignore,
  onNext: ignore,
  onBeat: ignore,
  onUsage: ignore,
};

describe('Heartbeat', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('wakes an idle process four times a second and accounts for it seldom', () => {
    const { turns, beats, usages } = count(() => 0);
    expect(turns).toBeLessThanOrEqual(41);
    expect(beats).toBeGreaterThanOrEqual(turns - 1);
    expect(usages).toBeLessThanOrEqual(3);
  });

  it('looks more often while requests come, and beats five times a second', () => {
    let requests = 0;
    const { turns, beats, usages } = count(() => requests++);
    expect(turns).toBe(100);
    expect(beats).toBe(50);
    expect(usages).toBe(10);
  });

  it('reports how late the loop was', () => {
    const late: number[] = [];
    new Heartbeat({ ...quiet, onTurn: (lateMs) => late.push(lateMs) }).start();
    vi.advanceTimersByTime(1_000);
    expect(Math.max(...late)).toBe(0);
  });

  it('reports when it looks next, which is soon when something comes in after a pause', () => {
    const next: number[] = [];
    let wake: () => void = ignore;
    let turns = 0;
    new Heartbeat({
      ...quiet,
      whenActive: (listener) => {
        wake = listener;
      },
      onTurn: () => turns++,
      onNext: (afterMs) => next.push(afterMs),
    }).start();
    vi.advanceTimersByTime(1_000);
    vi.advanceTimersToNextTimer();
    const before = turns;
    expect(next.at(-1)).toBe(250);
    wake();
    expect(next.at(-1)).toBe(100);
    vi.advanceTimersByTime(100);
    expect(turns).toBe(before + 1);
    // So soon that another timer would be no earlier.
    vi.advanceTimersByTime(200);
    const { length } = next;
    wake();
    expect(next).toHaveLength(length);
  });
});
