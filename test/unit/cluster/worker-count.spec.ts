import { describe, expect, it } from 'vitest';

import { defaultWorkers } from '../../../lib/cluster/worker-count.ts';

const MIB = 1 << 20;
const GIB = 1 << 30;

describe('The default number of workers', () => {
  it.each([
    [1, 2],
    [2, 2],
    [3, 2],
    [8, 7],
  ])('leaves one of %i processors to the others, but is at least 2', (parallelism, workers) => {
    const count = defaultWorkers({ parallelism, memoryBytes: 64 * GIB });
    expect(count).toEqual({ workers, by: 'processors' });
  });

  it.each([
    [128, 1],
    [383, 1],
    [512, 2],
    [1_024, 5],
  ])('R1 is no more than %i MiB hold', (mib, workers) => {
    const count = defaultWorkers({ parallelism: 16, memoryBytes: mib * MIB });
    expect(count).toEqual({ workers, by: 'memory' });
  });
});
