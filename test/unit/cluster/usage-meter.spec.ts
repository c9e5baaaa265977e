import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it, onTestFinished } from 'vitest';

import { UsageMeter } from '../../../lib/cluster/usage-meter.ts';

function block(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}

const EVERY_MS = 10;

/** A meter that turns as in a worker. */
function startMeter(): UsageMeter {
  const meter = new UsageMeter(EVERY_MS);
  const timer = setInterval(() => meter.turn(), EVERY_MS);
  onTestFinished(() => clearInterval(timer));
  return meter;
}

describe('UsageMeter', () => {
  it('shows a stall, also one that straddles two readings', async () => {
    const meter = startMeter();
    await sleep(50);
    meter.read();
    block(300);
    const before = meter.read();
    await sleep(50);
    const after = meter.read();
    expect(Math.max(before.loopDelayP99Ms, after.loopDelayP99Ms)).toBeGreaterThan(200);
  });

  it('forgets a stall after twenty turns', async () => {
    const meter = startMeter();
    block(300);
    await sleep(0);
    for (let turn = 0; turn < 21; turn++) meter.turn();
    expect(meter.read().loopDelayP99Ms).toBeLessThan(200);
  });

  it('measures utilization over the span, not since the start', async () => {
    const meter = startMeter();
    await sleep(20);
    block(200);
    await sleep(0);
    expect(meter.read().elu).toBeGreaterThan(0.5);
    await sleep(300);
    const { elu, rssBytes, heapUsedBytes } = meter.read();
    expect(elu).toBeLessThan(0.5);
    expect(rssBytes).toBeGreaterThan(heapUsedBytes);
  });
});
