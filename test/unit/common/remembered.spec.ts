import { describe, expect, it } from 'vitest';

import { remembered } from '../../../lib/common/remembered.ts';

describe('remembered', () => {
  it('looks again when what it found is old enough, and not before', () => {
    let now = 0;
    let looks = 0;
    const read = remembered(() => ++looks, 100, { now: () => now });
    expect([read(), read()]).toEqual([1, 1]);
    now = 99;
    expect(read()).toBe(1);
    now = 100;
    expect(read()).toBe(2);
  });

  it('remembers no failure', () => {
    let looks = 0;
    const read = remembered(() => {
      if (++looks === 1) throw new Error('not yet');
      return looks;
    }, 100);
    expect(read).toThrow('not yet');
    expect(read()).toBe(2);
  });
});
