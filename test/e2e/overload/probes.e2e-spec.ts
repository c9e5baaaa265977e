import { describe, expect, it } from 'vitest';

import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import {
  blocking,
  CAPACITY,
  load,
  measureCapacity,
  refusedOf,
  shareStood,
  startOverloaded,
  steady,
  WITHIN_MS,
} from './offered.ts';

describe('a worker that is asked for five times what it can do', { timeout: WITHIN_MS }, () => {
  it('F29 answers every probe, serves some of the others, and refuses the rest', async () => {
    const group = await startOverloaded();
    // A probe may wait for two handlers and its own turn: 50 ms where each takes its 20.
    const limitMs = (2.5 * 1_000) / (await measureCapacity(group));
    const { all, probes, stoodMs } = await load(group, [
      blocking('all', CAPACITY * 5),
      { name: 'probes' as const, path: '/readyz', phases: steady(20) },
    ]);
    report('F29', { p50: probes.p50, p99: probes.p99, limit: limitMs, refused: probes.refused });
    expect(probes.answered + probes.refused).toBe(probes.ended);
    // A connection that comes while the machine stands still may be too old when its turn comes.
    expect(refusedOf(probes)).toBeLessThanOrEqual(shareStood(probes, stoodMs));
    expect(probes.lost).toBe(0);
    expect(all.good).toBeGreaterThan(0);
    expect(all.refused).toBeGreaterThan(all.answered);
    expect(all.lost).toBe(0);
    // The short form runs beside others.
    if (IS_LONG) expect(probes.p99).toBeLessThan(limitMs);
    else expect(probes.p50).toBeLessThan(1_000);
  });
});
