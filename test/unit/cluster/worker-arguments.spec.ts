import { describe, expect, it } from 'vitest';

import { workerArguments } from '../../../lib/cluster/worker-arguments.ts';

const SIZE = '--min-semi-space-size=16';
const WHOLE_HEAP = '--no-detect-ineffective-gcs-near-heap-limit';

describe('workerArguments', () => {
  it('adds ours to those of the primary', () => {
    expect(workerArguments([], '')).toEqual([SIZE, WHOLE_HEAP]);
    expect(workerArguments(['--max-old-space-size=512'], '--no-warnings')).toEqual([
      '--max-old-space-size=512',
      SIZE,
      WHOLE_HEAP,
    ]);
  });

  it.each([
    [['--max-semi-space-size=4'], ''],
    [['--min_semi_space_size=2'], ''],
    [['--max-semi-space-size', '4'], ''],
    [[], '--no-warnings --max-semi-space-size=4'],
  ])('sets no size with %j and NODE_OPTIONS=%j', (own, nodeOptions) => {
    expect(workerArguments(own, nodeOptions)).toEqual([...own, WHOLE_HEAP]);
  });

  it('leaves alone what was decided about collections that free little', () => {
    const own = ['--detect_ineffective_gcs_near_heap_limit'];
    expect(workerArguments(own, '')).toEqual([...own, SIZE]);
  });
});
