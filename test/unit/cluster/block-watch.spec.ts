import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BlockWatch } from '../../../lib/cluster/block-watch.ts';
import { restoreTime } from '../../../lib/cluster/sentinel-messages.ts';

const BEAT_MS = 50;
const options = { beatEveryMs: BEAT_MS, afterMs: 150, everyMs: 1_000 };

interface Block {
  from: number;
  forMs: number;
}

/** What is found in a time in which the loop is blocked now and then, looked at every 50 ms. */
function watch(blocks: readonly Block[], { untilMs = 10_000, phase = 25 } = {}) {
  const watcher = new BlockWatch(options);
  const takes: { at: number; blockedMs: number }[] = [];
  const overs: { at: number; blockedMs: number }[] = [];
  const beats = beatTimes(blocks, untilMs);
  for (let now = phase; now < untilMs; now += 50) {
    const lastBeat = beats.findLast((beat) => beat <= now) ?? 0;
    const news = watcher.look(lastBeat, now);
    if (news?.kind === 'take') takes.push({ at: now, blockedMs: news.blockedMs });
    if (news?.kind === 'over') overs.push({ at: now, blockedMs: news.blockedMs });
  }
  return { takes, overs };
}

function beatTimes(blocks: readonly Block[], untilMs: number): number[] {
  const beats = [0];
  for (let at = 0; at < untilMs;) {
    at += BEAT_MS;
    const block = blocks.find(({ from, forMs }) => at > from && at < from + forMs);
    if (block !== undefined) at = block.from + block.forMs;
    beats.push(at);
  }
  return beats;
}

describe('BlockWatch', () => {
  it('says nothing of a loop that turns', () => {
    expect(watch([])).toEqual({ takes: [], overs: [] });
  });

  it('takes one stack of a short block and tells when it is over', () => {
    const { takes, overs } = watch([{ from: 1_010, forMs: 400 }]);
    expect(takes).toHaveLength(1);
    expect(overs).toHaveLength(1);
    expect(overs[0]?.blockedMs).toBeGreaterThan(350);
    expect(overs[0]?.blockedMs).toBeLessThanOrEqual(400);
  });

  it('takes stacks of a long block at growing intervals', () => {
    const { takes, overs } = watch([{ from: 1_010, forMs: 15_000 }], { untilMs: 20_000 });
    expect(takes.map(({ blockedMs }) => Math.round(blockedMs / 100) / 10)).toEqual([
      0.2, 1, 3.1, 9.2,
    ]);
    expect(overs).toHaveLength(1);
  });

  it('takes one stack a second at most', () => {
    const blocks = Array.from({ length: 20 }, (_, index) => ({ from: index * 400, forMs: 300 }));
    const { takes } = watch(blocks);
    expect(takes.length).toBeGreaterThan(3);
    expect(takes.length).toBeLessThanOrEqual(8);
  });

  it('does not take a stop of the whole process for a block', () => {
    const watcher = new BlockWatch(options);
    for (let now = 0; now <= 1_000; now += 50) watcher.look(now, now);
    expect(watcher.look(1_000, 31_000)).toBeUndefined();
    expect(watcher.look(1_000, 31_050)).toBeUndefined();
    expect(watcher.look(31_060, 31_100)).toBeUndefined();
  });

  it('takes no block shorter than the limit for one, and misses none that is longer by two beats', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1_000, max: 1_100 }),
        fc.integer({ min: 0, max: 49 }),
        (forMs, from, phase) => {
          const { takes } = watch([{ from, forMs }], { phase });
          if (forMs < 150) expect(takes).toEqual([]);
          if (forMs >= 150 + 2 * BEAT_MS) expect(takes).toHaveLength(1);
        },
      ),
    );
  });
});

describe('restoreTime', () => {
  it('finds the time again, also where 32 bits have run over', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 2 ** 40 }),
        fc.integer({ min: 0, max: 2 ** 30 }),
        (then, passed) => {
          expect(restoreTime(then | 0, then + passed)).toBe(then);
        },
      ),
    );
  });
});
