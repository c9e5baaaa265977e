import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, it } from 'vitest';

import { UsageMeter } from '../../../../lib/cluster/worker/usage-meter.ts';

function block(ms: number): void {
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt);
}

describe('UsageMeter', () => {
  it('shows the latest delay as long as twenty turns, across readings', () => {
    const meter = new UsageMeter();
    meter.turn(300);
    meter.read(0);
    for (let turn = 0; turn < 19; turn++) meter.turn(0);
    expect(meter.read(0).loopDelayP99Ms).toBe(300);
    meter.turn(0);
    expect(meter.read(0).loopDelayP99Ms).toBe(0);
  });

  it('measures utilization over the span, not since the start', async () => {
    const meter = new UsageMeter();
    await sleep(300);
    meter.read(0);
    block(100);
    await sleep(0);
    const { elu, rssBytes, heapUsedBytes } = meter.read(0);
    // Since the start it is a quarter.
    expect(elu).toBeGreaterThan(0.5);
    expect(rssBytes).toBeGreaterThan(heapUsedBytes);
  });
});
