import { describe, expect, it } from 'vitest';

import { workerArguments } from '../../../lib/cluster/worker-arguments.ts';

const OURS = '--min-semi-space-size=16';

describe('workerArguments', () => {
  it('adds the size of the young generation to those of the primary', () => {
    expect(workerArguments([], '')).toEqual([OURS]);
    expect(workerArguments(['--max-old-space-size=512'], '--no-warnings')).toEqual([
      '--max-old-space-size=512',
      OURS,
    ]);
  });

  it.each([
    [['--max-semi-space-size=4'], ''],
    [['--min_semi_space_size=2'], ''],
    [['--max-semi-space-size', '4'], ''],
    [[], '--no-warnings --max-semi-space-size=4'],
  ])('leaves %j and NODE_OPTIONS=%j alone', (own, nodeOptions) => {
    expect(workerArguments(own, nodeOptions)).toEqual(own);
  });
});
