import { describe, expect, it } from 'vitest';

import type { LevelOverride } from '../../../lib/logging/levels.ts';
import { SharedLevels } from '../../../lib/logging/shared-levels.ts';
import { until } from '../../support/until.ts';

function follow(memory: SharedArrayBuffer): LevelOverride[][] {
  const seen: LevelOverride[][] = [];
  void new SharedLevels(memory).follow((overrides) => seen.push(overrides));
  return seen;
}

describe('SharedLevels', () => {
  it('tells followers what is set, and what changes', async () => {
    const shared = new SharedLevels();
    const seen = follow(shared.memory);
    expect(seen).toEqual([[]]);
    const debug = { context: 'Ä', level: 'debug', remainingMs: 5 } as const;
    shared.write([debug]);
    await until('the change', () => seen.length === 2);
    expect(seen[1]).toEqual([debug]);
    expect(follow(shared.memory)).toEqual([[debug]]);
    shared.write([]);
    await until('the next one', () => seen.length === 3);
    expect(seen[2]).toEqual([]);
  });

  it('has room for as many levels as may be set, whatever their names', async () => {
    const shared = new SharedLevels();
    const all = Array.from({ length: 100 }, (_, index) => {
      const context = `${'\u0001'.repeat(197)}${String(index).padStart(3, '0')}`;
      return { context, level: 'silent', remainingMs: 86_400_000.123 } as const;
    });
    shared.write(all);
    expect(follow(shared.memory)).toEqual([all]);
  });
});
