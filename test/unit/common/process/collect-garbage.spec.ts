import { setImmediate as turn } from 'node:timers/promises';
import { runInNewContext } from 'node:vm';

import { describe, expect, it } from 'vitest';

import { collectGarbage, collectAll } from '../../../../lib/common/process/collect-garbage.ts';

function unused(): WeakRef<object> {
  return new WeakRef({ rows: [1, 2, 3] });
}

describe('the garbage of a thread', () => {
  it.each([
    ['of a start', () => collectAll(2)],
    ['of work', collectGarbage],
  ])('%s is collected, and nothing else', async (_, collect) => {
    const [garbage, kept] = [unused(), { rows: [] }];
    const reference = new WeakRef(kept);
    // What was looked at in this turn is kept.
    await turn();
    collect();
    expect(garbage.deref()).toBe(undefined);
    expect(reference.deref()).toBe(kept);
  });

  it('can be collected by no code that asks for it later', () => {
    collectGarbage();
    expect(runInNewContext('typeof gc')).toBe('undefined');
  });
});
