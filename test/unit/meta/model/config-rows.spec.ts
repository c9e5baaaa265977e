import { describe, expect, it } from 'vitest';

import { configSections } from '../../../../lib/meta/model/config-rows.ts';

function entry(name: string, value: unknown, source = 'default') {
  return { name, value, source };
}

describe('The configuration of all workers', () => {
  it('has a section for each feature, and each option once', () => {
    const own = [entry('admission.maxLimit', 10), entry('threads.size', 2, 'code')];
    const sections = configSections([1, 2].map((worker) => ({ worker, value: own })));
    expect(sections).toEqual([
      {
        feature: 'admission',
        rows: [{ name: 'admission.maxLimit', value: 10, source: 'default', differing: [] }],
      },
      {
        feature: 'threads',
        rows: [{ name: 'threads.size', value: 2, source: 'code', differing: [] }],
      },
    ]);
  });

  it.each([
    ['value', [entry('a.b', 1)], [entry('a.b', 2)]],
    ['source', [entry('a.b', 1)], [entry('a.b', 1, 'environment')]],
    ['option', [entry('a.b', 1)], []],
  ])('tells the workers apart that differ in a %s', (_what, first, second) => {
    const [section] = configSections([
      { worker: 1, value: first },
      { worker: 2, value: second },
    ]);
    expect(section?.rows[0]?.differing).toEqual([
      { worker: 1, value: first[0] },
      { worker: 2, value: second[0] ?? null },
    ]);
  });
});
