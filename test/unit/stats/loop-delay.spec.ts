import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { LoopDelay } from '../../../lib/stats/loop-delay.ts';
import { until } from '../../support/until.ts';

function block(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}

describe('LoopDelay', () => {
  it('shows a stall to all listeners, whenever they look', async () => {
    const delay = new LoopDelay();
    const first: number[] = [];
    const second: number[] = [];
    onTestFinished(delay.listen((lateMs) => first.push(lateMs)));
    onTestFinished(delay.listen((lateMs) => second.push(lateMs)));
    await until('a turn', () => first.length > 0);
    block(400);
    await until('the stall', () => Math.max(...first) > 250);
    expect(Math.max(...second)).toBe(Math.max(...first));
  });

  it('has a timer only while someone listens', async () => {
    const delay = new LoopDelay();
    const seen: number[] = [];
    const stop = delay.listen((lateMs) => seen.push(lateMs));
    stop();
    await sleep(250);
    expect(seen).toEqual([]);
  });
});
