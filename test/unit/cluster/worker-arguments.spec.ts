import { describe, expect, it } from 'vitest';

import { workerArguments } from '../../../lib/cluster/worker-arguments.ts';

const PLENTY = 2 ** 50;
const SIZE = '--min-semi-space-size=16';
const WHOLE_HEAP = '--no-detect-ineffective-gcs-near-heap-limit';

describe('workerArguments', () => {
  it('adds ours to those of the primary', () => {
    expect(workerArguments(PLENTY, [], '')).toEqual([SIZE, WHOLE_HEAP]);
    expect(workerArguments(PLENTY, ['--max-old-space-size=512'], '--no-warnings')).toEqual([
      '--max-old-space-size=512',
      SIZE,
      WHOLE_HEAP,
    ]);
  });

  it.each([
    [64, 1],
    [256, 2],
    [1_024, 8],
    [65_536, 16],
  ])('R1 Gives a worker that may use %i MiB a young generation of %i', (shareMib, semiMib) => {
    const size = `--min-semi-space-size=${semiMib}`;
    expect(workerArguments(shareMib * 2 ** 20, [], '')).toEqual([size, WHOLE_HEAP]);
  });

  it.each([
    [['--max-semi-space-size=4'], ''],
    [['--min_semi_space_size=2'], ''],
    [['--max-semi-space-size', '4'], ''],
    [[], '--no-warnings --max-semi-space-size=4'],
  ])('sets no size with %j and NODE_OPTIONS=%j', (own, nodeOptions) => {
    expect(workerArguments(PLENTY, own, nodeOptions)).toEqual([...own, WHOLE_HEAP]);
  });

  it('leaves alone what was decided about collections that free little', () => {
    const own = ['--detect_ineffective_gcs_near_heap_limit'];
    expect(workerArguments(PLENTY, own, '')).toEqual([...own, SIZE]);
  });
});
