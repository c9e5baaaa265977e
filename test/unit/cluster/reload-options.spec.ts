import { describe, expect, it } from 'vitest';

import { reloadOptions, surgeOf } from '../../../lib/cluster/reload.options.ts';
import { thisMachine } from '../../../lib/common/options/machine.ts';

describe('The surge', () => {
  it.each([
    ['25%', 1, 1],
    ['25%', 4, 1],
    ['25%', 5, 2],
    ['25%', 16, 4],
    ['28%', 25, 7],
    ['1%', 3, 1],
    ['100%', 7, 7],
    [3, 2, 3],
  ] as const)('of %s of %i workers is %i', (given, workers, surge) => {
    expect(surgeOf(given, workers)).toBe(surge);
  });

  it.each([[0], [1.5], [1_025], ['0%'], ['101%'], ['many'], ['25'], [true]])(
    'is not %j',
    (given) => {
      const check = (): unknown =>
        reloadOptions.check('reload', { maxSurge: given as 1 }, thisMachine());
      expect(check).toThrow(/^reload\.maxSurge must be a/);
    },
  );

  it('refuses the former name of the proof, and says what there is', () => {
    const old = { healthyForMs: 5 } as object;
    expect(() => reloadOptions.check('reload', old, thisMachine())).toThrow(
      'reload.healthyForMs is not an option. Known: bootTimeoutMs, canaryMs, maxSurge.',
    );
  });
});
