import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { endOfLife, type Idler, IdleStack } from '../../../../lib/connections/pool/idle-stack.ts';

class Thing implements Idler {
  idleSince = 0;
  isUsable = true;
  constructor(
    readonly name: string,
    readonly endsAt = Infinity,
  ) {}
}

const OPTIONS = { maxIdle: 3, idleMs: 4_000, lifetimeMs: 1_000_000 };

describe('IdleStack', () => {
  it('gives the last one that was put aside', () => {
    const stack = new IdleStack<Thing>(OPTIONS);
    stack.push(new Thing('a'), 0);
    stack.push(new Thing('b'), 1);
    expect(stack.pop(2, () => undefined)?.name).toBe('b');
    expect(stack.oldest?.name).toBe('a');
  });

  it('passes over those that died, and those that were idle for too long', () => {
    const stack = new IdleStack<Thing>(OPTIONS);
    const [old, good, dead] = [new Thing('old'), new Thing('good'), new Thing('dead')];
    stack.push(old, 0);
    stack.push(good, 3_000);
    stack.push(dead, 3_500);
    dead.isUsable = false;
    const discarded: string[] = [];
    const discard = ({ name }: Thing): void => void discarded.push(name);
    expect(stack.pop(4_500, discard)?.name).toBe('good');
    expect(stack.pop(4_500, discard)).toBeUndefined();
    expect(discarded).toEqual(['dead', 'old']);
  });

  it('takes no more than it may, and none that is over', () => {
    const stack = new IdleStack<Thing>(OPTIONS);
    expect(stack.push(new Thing('over', 10), 10)).toBe(false);
    for (const name of ['a', 'b', 'c']) expect(stack.push(new Thing(name), 0)).toBe(true);
    expect(stack.push(new Thing('d'), 0)).toBe(false);
  });

  it('sweeps what is over', () => {
    const stack = new IdleStack<Thing>(OPTIONS);
    stack.push(new Thing('short', 2_000), 0);
    stack.push(new Thing('long'), 0);
    expect(stack.sweep(2_000).map(({ name }) => name)).toEqual(['short']);
    expect(stack.sweep(4_000).map(({ name }) => name)).toEqual(['long']);
    expect(stack.size).toBe(0);
  });

  it('spreads lifetimes by a tenth', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (draw) => {
        const endsAt = endOfLife(5, OPTIONS, () => draw);
        expect(endsAt).toBeGreaterThanOrEqual(5 + 900_000);
        expect(endsAt).toBeLessThanOrEqual(5 + 1_100_000);
      }),
    );
  });
});
