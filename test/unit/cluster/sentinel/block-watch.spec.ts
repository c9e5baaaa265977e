import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BlockWatch } from '../../../../lib/cluster/sentinel/block-watch.ts';
import { LoopSigns, restoreTime, signTime } from '../../../../lib/cluster/sentinel/loop-signs.ts';

const EVERY_MS = 100;
const options = { thresholdMs: 150, minIntervalMs: 1_000 };

interface Block {
  from: number;
  forMs: number;
}

/** What is found in a time in which the loop is blocked now and then. */
function watch(blocks: readonly Block[], { untilMs = 10_000, phase = 25 } = {}) {
  const watcher = new BlockWatch(options);
  const takes: { at: number; blockedMs: number }[] = [];
  const overs: { at: number; blockedMs: number }[] = [];
  const signs = signTimes(blocks, untilMs);
  let looks = 0;
  for (let now = phase; now < untilMs; now += watcher.pauseMs(now)) {
    const at = signs.findLast((time) => time <= now) ?? 0;
    const news = watcher.look({ at, nextAt: at + EVERY_MS }, now);
    looks++;
    if (news?.kind === 'take') takes.push({ at: now, blockedMs: news.blockedMs });
    if (news?.kind === 'over') overs.push({ at: now, blockedMs: news.blockedMs });
  }
  return { takes, overs, looks };
}

function signTimes(blocks: readonly Block[], untilMs: number): number[] {
  const signs = [0];
  for (let at = 0; at < untilMs;) {
    at += EVERY_MS;
    const block = blocks.find(({ from, forMs }) => at > from && at < from + forMs);
    if (block !== undefined) at = block.from + block.forMs;
    signs.push(at);
  }
  return signs;
}

describe('BlockWatch', () => {
  it('says nothing of a loop that turns, and looks at it some times a second', () => {
    const { looks, ...found } = watch([]);
    expect(found).toEqual({ takes: [], overs: [] });
    expect(looks).toBeLessThan(70);
  });

  it('takes one stack of a short block and tells when it is over', () => {
    const { takes, overs } = watch([{ from: 1_010, forMs: 400 }]);
    expect(takes).toHaveLength(1);
    expect(overs).toHaveLength(1);
    expect(overs[0]?.blockedMs).toBeGreaterThanOrEqual(300);
    expect(overs[0]?.blockedMs).toBeLessThanOrEqual(400);
  });

  it('takes stacks of a long block at growing intervals', () => {
    const { takes, overs } = watch([{ from: 1_010, forMs: 15_000 }], { untilMs: 20_000 });
    expect(takes.map(({ blockedMs }) => Math.round(blockedMs / 100) / 10)).toEqual([
      0.2, 1, 3, 9.1,
    ]);
    expect(overs).toHaveLength(1);
  });

  it('takes one stack a second at most', () => {
    const blocks = Array.from({ length: 20 }, (_, index) => ({ from: index * 500, forMs: 400 }));
    const { takes } = watch(blocks);
    expect(takes.length).toBeGreaterThan(3);
    expect(takes.length).toBeLessThanOrEqual(10);
  });

  it('does not take a stop of the whole process for a block', () => {
    const watcher = new BlockWatch(options);
    const look = (at: number, now: number) => watcher.look({ at, nextAt: at + EVERY_MS }, now);
    for (let now = 0; now <= 1_000; now += 100) look(now, now);
    expect(look(1_000, 31_000)).toBeUndefined();
    expect(look(1_000, 31_020)).toBeUndefined();
    expect(look(31_030, 31_040)).toBeUndefined();
  });

  it('R11 takes no stack where looks come late, too: the loop merely waits for the processor', () => {
    const watcher = new BlockWatch(options);
    // All threads of the process run for 20 ms of every 100, and the loop turns once in 400 ms.
    const taken = [];
    for (let now = 0; now < 20_000; now += now % 100 < 20 ? 20 : 80) {
      const at = Math.floor(now / 400) * 400;
      if (watcher.look({ at, nextAt: at + EVERY_MS }, now)?.kind === 'take') taken.push(now);
    }
    expect(taken).toEqual([]);
  });

  it('R11 takes stacks that stop the loop for long the more seldom', () => {
    const watcher = new BlockWatch(options);
    const takes: number[] = [];
    const stoppedMs = 1_000;
    // Every second block for half a second, which the stack prolongs.
    for (let now = 0; now < 60_000; now += 20) {
      const at = Math.floor(now / 1_000) * 1_000;
      const sign =
        now - at < 500 ? { at, nextAt: at + EVERY_MS } : { at: now, nextAt: now + EVERY_MS };
      if (watcher.look(sign, now)?.kind !== 'take') continue;
      takes.push(now);
      now += stoppedMs;
      watcher.took(stoppedMs, now);
    }
    expect(takes.length).toBeGreaterThan(1);
    expect(takes.length).toBeLessThanOrEqual(4);
  });

  it('takes no block shorter than the limit for one, and misses none that is longer by two signs', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 600 }),
        fc.integer({ min: 1_000, max: 1_100 }),
        fc.integer({ min: 0, max: 99 }),
        (forMs, from, phase) => {
          const { takes } = watch([{ from, forMs }], { phase });
          if (forMs < 150) expect(takes).toEqual([]);
          if (forMs >= 150 + 2 * EVERY_MS) expect(takes).toHaveLength(1);
        },
      ),
    );
  });
});

describe('LoopSigns', () => {
  it('carries signs to another thread', () => {
    const signs = new LoopSigns();
    const before = signTime();
    signs.give(250);
    const now = signTime();
    const { at, nextAt } = new LoopSigns(signs.buffer).read(now);
    expect(at).toBeGreaterThanOrEqual(before);
    expect(at).toBeLessThanOrEqual(now);
    expect(nextAt).toBe(at + 250);
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
          expect(restoreTime((then + passed) | 0, then)).toBe(then + passed);
        },
      ),
    );
  });
});
