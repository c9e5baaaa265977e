import { describe, expect, it } from 'vitest';

import { Surge } from '../../../../lib/cluster/accepting/surge.ts';

const STEP_MS = 2;

interface Scene {
  perSecond: number;
  servedPerSecond: number;
  /** Wait at the head. */
  delayMs: number;
  /** When the last connection arrives. @default never */
  untilMs?: number;
  /** Counts at the start. */
  from?: number;
}

/** Times at which there is a surge. */
function surgesOf({ perSecond, servedPerSecond, delayMs, untilMs = Infinity, from = 0 }: Scene) {
  const surge = new Surge({ targetMs: 20, intervalMs: 200 });
  const found: number[] = [];
  for (let now = 0; now < 500; now += STEP_MS) {
    const arrived = (from + Math.floor((Math.min(now, untilMs) * perSecond) / 1_000)) | 0;
    const served = (from + Math.floor((now * servedPerSecond) / 1_000)) | 0;
    if (surge.look({ arrived, served, delayMs, now })) found.push(now);
  }
  return found;
}

const FLOOD: Scene = { perSecond: 1_000, servedPerSecond: 200, delayMs: 30 };

describe('A surge', () => {
  it('is known a quarter of an interval after the head began to wait, and while it lasts', () => {
    const found = surgesOf(FLOOD);
    expect(found[0]).toBe(50);
    expect(found).toHaveLength((500 - 50) / STEP_MS);
  });

  it('is none while the head hardly waits', () => {
    expect(surgesOf({ ...FLOOD, delayMs: 20 })).toEqual([]);
  });

  it('is none while arrivals are less than twice what is served', () => {
    expect(surgesOf({ ...FLOOD, servedPerSecond: 600 })).toEqual([]);
  });

  it('is none with few arrivals, whose rate is chance', () => {
    expect(surgesOf({ ...FLOOD, perSecond: 150, servedPerSecond: 0 })).toEqual([]);
  });

  it('is over within 20 ms of the last arrival', () => {
    expect(surgesOf({ ...FLOOD, untilMs: 25 })).toEqual([]);
    expect(surgesOf({ ...FLOOD, untilMs: 100 }).at(-1)).toBeLessThan(120);
  });

  it('survives that counts wrap', () => {
    expect(surgesOf({ ...FLOOD, from: 2 ** 31 - 100 })).toEqual(surgesOf(FLOOD));
  });
});
