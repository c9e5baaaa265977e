import { describe, expect, it } from 'vitest';

import { BlockedLoops } from '../../../../lib/cluster/sentinel/blocked-loops.ts';
import { topFrameOf } from '../../../../lib/common/process/last-stack.ts';

describe('BlockedLoops', () => {
  it('counts by the innermost function that is not of Node', () => {
    const loops = new BlockedLoops();
    const stack = ['pbkdf2Sync (node:internal/crypto/pbkdf2:60:1)', 'hash (/app/hash.ts:7:3)'];
    loops.add({ stack, blockedMs: 200, requestId: 'a' }, 1);
    loops.add({ stack, blockedMs: 300, requestId: undefined }, 2);
    loops.add({ stack: [], blockedMs: 900, requestId: undefined }, 3);
    expect(loops.snapshot()).toEqual({
      blocks: 3,
      longestMs: 900,
      frames: [
        expect.objectContaining({ frame: '(native code)', count: 1, totalMs: 900 }),
        expect.objectContaining({
          frame: 'hash (/app/hash.ts:7:3)',
          count: 2,
          totalMs: 500,
          longestMs: 300,
          lastAt: 2,
          stack,
        }),
      ],
      latest: [
        { at: 1, blockedMs: 200, frame: 'hash (/app/hash.ts:7:3)', requestId: 'a' },
        { at: 2, blockedMs: 300, frame: 'hash (/app/hash.ts:7:3)', requestId: null },
        { at: 3, blockedMs: 900, frame: '(native code)', requestId: null },
      ],
    });
  });

  it('remembers a hundred functions, those that were seen last', () => {
    const loops = new BlockedLoops();
    for (let index = 0; index < 150; index++) {
      loops.add({ stack: [`f${index} (/app/x.ts)`], blockedMs: 1, requestId: undefined }, index);
    }
    const { frames, blocks } = loops.snapshot();
    expect(frames).toHaveLength(100);
    expect(frames.some(({ frame }) => frame.startsWith('f49 '))).toBe(false);
    expect(blocks).toBe(150);
    expect(loops.snapshot().latest.map(({ at }) => at)).toEqual(
      Array.from({ length: 50 }, (_, at) => 100 + at),
    );
  });

  it('blames Node where there is nothing else', () => {
    expect(topFrameOf(['listOnTimeout (node:internal/timers:1:1)'])).toBe(
      'listOnTimeout (node:internal/timers:1:1)',
    );
  });
});
