import { describe, expect, it } from 'vitest';

import { MemoryRungs } from '../../../lib/admission/memory-rungs.ts';

function makeRungs(maxRssBytes = Infinity): (percent: number, rssBytes?: number) => string {
  const rungs = new MemoryRungs({ stopKeepAliveAt: 0.92, refuseAt: 0.95, maxRssBytes });
  return (percent, rssBytes = 0) =>
    rungs.read({ heapUsedBytes: percent, heapLimitBytes: 100, rssBytes });
}

describe('the rungs of memory', () => {
  it('are climbed after two consecutive readings above them', () => {
    const read = makeRungs();
    expect([50, 96, 96].map((percent) => read(percent))).toEqual(['NONE', 'NONE', 'REFUSE']);
  });

  it('are not climbed after a single reading, before a collection', () => {
    const read = makeRungs();
    for (const percent of [97, 40, 97, 40]) expect(read(percent)).toBe('NONE');
  });

  it('follow the smaller of two readings', () => {
    const read = makeRungs();
    expect([97, 93].map((percent) => read(percent))).toEqual(['NONE', 'STOP_KEEP_ALIVE']);
  });

  it('are left after the first lower reading', () => {
    const read = makeRungs();
    const rungs = [99, 99, 93, 50].map((percent) => read(percent));
    expect(rungs).toEqual(['NONE', 'REFUSE', 'STOP_KEEP_ALIVE', 'NONE']);
  });

  it('include the fraction itself', () => {
    const read = makeRungs();
    expect([92, 92].map((percent) => read(percent)).at(-1)).toBe('STOP_KEEP_ALIVE');
    expect([95, 95].map((percent) => read(percent)).at(-1)).toBe('REFUSE');
  });

  it('follow the nearest limit', () => {
    const rungs = new MemoryRungs({ stopKeepAliveAt: 0.92, refuseAt: 0.95, maxRssBytes: 1_000 });
    const reading = { heapUsedBytes: 10, heapLimitBytes: 100, rssBytes: 960 };
    rungs.read(reading);
    expect(rungs.read(reading)).toBe('REFUSE');
    expect(rungs.fraction).toBe(0.96);
  });
});
