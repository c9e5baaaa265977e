import { describe, expect, it } from 'vitest';

import { configValues } from '../../../../lib/common/options/config-values.ts';
import { option, optional } from '../../../../lib/common/options/kind.ts';
import { func, orFalse, recordOf, text, whole } from '../../../../lib/common/options/kinds.ts';
import { thisMachine } from '../../../../lib/common/options/machine.ts';
import { optionGroup } from '../../../../lib/common/options/option-group.ts';

const pool = optionGroup({ threads: option(whole({ min: 1, max: 9 }), 2) });

const work = optionGroup({
  pool: option(pool, {}),
  named: option(recordOf(pool), {}),
  spare: option(orFalse(pool, undefined), {}),
  label: optional(text),
  limit: option(orFalse(whole({ min: 1, max: 9 }), Infinity), 5),
  pick: optional(func<() => void>()),
});

function valuesOf(given: object): string[] {
  const resolved = work.check('work', given, thisMachine());
  return configValues(work, 'work', { given, resolved }).map(({ name, value, source }) => {
    return `${name} = ${JSON.stringify(value)} (${source})`;
  });
}

describe('The configuration values of a group', () => {
  it('have their default where nothing is given.', () => {
    expect(valuesOf({})).toEqual([
      'work.pool.threads = 2 (default)',
      'work.named = {} (default)',
      'work.spare.threads = 2 (default)',
      'work.label = null (default)',
      'work.limit = 5 (default)',
      'work.pick = null (default)',
    ]);
  });

  it('name code as the source of what is given, and show functions by a placeholder.', () => {
    const given = {
      pool: { threads: 3 },
      named: { images: {} },
      spare: false,
      limit: false,
      pick: () => undefined,
    };
    expect(valuesOf(given)).toEqual([
      'work.pool.threads = 3 (code)',
      'work.named.images.threads = 2 (default)',
      'work.spare = false (code)',
      'work.label = null (default)',
      'work.limit = false (code)',
      'work.pick = "(code)" (code)',
    ]);
  });

  it('take their sources from the caller, by full name.', () => {
    const given = { limit: 3 };
    const resolved = work.check('work', given, thisMachine());
    const values = configValues(work, 'work', { given, resolved }, (name) => `file of ${name}`);
    expect(values.find(({ name }) => name === 'work.limit')?.source).toBe('file of work.limit');
  });
});
