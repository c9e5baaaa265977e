import { setTimeout as wait } from 'node:timers/promises';

import { withTargets } from '../support/target.ts';
import type { BenchContext } from '../support/topic.ts';
import { memoryRow } from './memory-row.ts';
import { memoryTarget, SETTLE_MS, STARTS } from './memory-targets.ts';
import { allReady, groupMemory } from './private-memory.ts';

/** In MB. */
const LIMIT = 330;

const WORKERS = 2;

/** Private memory of all processes of the sample with two workers, idle. */
export async function measureSample({ effort, note, report }: BenchContext): Promise<void> {
  const starts: { ours: number; peer: number }[] = [];
  while (starts.length < STARTS[effort]) {
    // oxlint-disable-next-line no-await-in-loop -- one start after another
    const memory = await withTargets([memoryTarget('sample', WORKERS)], async ([sample]) => {
      if (sample === undefined) throw new Error('nothing was started');
      await allReady(sample, WORKERS);
      await wait(SETTLE_MS);
      return groupMemory(sample);
    });
    starts.push({ ours: memory.all, peer: 0 });
    note(`sample ${memory.all.toFixed(1)} MB, a worker ${memory.worker.toFixed(1)}`);
  }
  report(memoryRow('sample-idle', 'limit', { limit: LIMIT, starts }));
}
