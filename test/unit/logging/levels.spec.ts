import { describe, expect, it } from 'vitest';

import { LEVELS, Levels } from '../../../lib/logging/levels.ts';

function levelsAt(): { levels: Levels; clock: { at: number } } {
  const clock = { at: 0 };
  return { clock, levels: new Levels('info', { now: () => clock.at }) };
}

describe('Levels', () => {
  it('lets one context say more for a while, and then no longer', () => {
    const { levels, clock } = levelsAt();
    levels.set('Receipts', 'debug', 1_000);
    expect(levels.allows(LEVELS.debug, 'Receipts')).toBe(true);
    expect(levels.allows(LEVELS.debug, 'Others')).toBe(false);
    expect(levels.allows(LEVELS.debug, undefined)).toBe(false);
    expect([levels.lowest, levels.nextChangeMs]).toEqual(['debug', 1_000]);
    clock.at = 1_000;
    expect(levels.allows(LEVELS.debug, 'Receipts')).toBe(false);
    expect(levels.lowest).toBe('info');
    expect(levels.nextChangeMs).toBeUndefined();
  });

  it('R43: has another level for contexts that have none of their own', () => {
    const { levels } = levelsAt();
    levels.set('Receipts', 'error', 1_000);
    levels.base = 'debug';
    expect(levels.allows(LEVELS.debug, 'Others')).toBe(true);
    expect(levels.allows(LEVELS.debug, 'Receipts')).toBe(false);
    expect([levels.lowest, levels.snapshot().level]).toEqual(['debug', 'debug']);
  });

  it('lets one context say less', () => {
    const { levels } = levelsAt();
    levels.set('Noisy', 'error', 1_000);
    expect(levels.allows(LEVELS.warn, 'Noisy')).toBe(false);
    expect(levels.allows(LEVELS.info, 'Others')).toBe(true);
    expect(levels.lowest).toBe('info');
  });

  it('sets all at once; what is said of a context itself counts more', () => {
    const { levels } = levelsAt();
    levels.set('*', 'warn', 1_000);
    levels.set('Receipts', 'trace', 1_000);
    expect(levels.allows(LEVELS.info, 'Others')).toBe(false);
    expect(levels.allows(LEVELS.trace, 'Receipts')).toBe(true);
    levels.clear('*');
    expect(levels.allows(LEVELS.info, 'Others')).toBe(true);
    expect(levels.snapshot()).toEqual({
      level: 'info',
      overrides: [{ context: 'Receipts', level: 'trace', remainingMs: 1_000 }],
    });
  });

  it('keeps a hundred changes, not more, and forgets those that have ended', () => {
    const { levels, clock } = levelsAt();
    for (let index = 0; index < 100; index++) levels.set(`C${index}`, 'debug', 1_000);
    expect(() => levels.set('one more', 'debug', 1_000)).toThrow(RangeError);
    levels.set('C1', 'warn', 1_000);
    clock.at = 1_000;
    levels.set('one more', 'debug', 1_000);
    expect(levels.snapshot().overrides).toHaveLength(1);
  });
});
