import { describe, expect, it } from 'vitest';

import { IS_LONG } from '../../support/length.ts';
import { report } from '../../support/load.ts';
import { blocking, CAPACITY, load, startOverloaded, steady, WITHIN_MS } from './offered.ts';

describe('a worker that is asked for five times what it can do', { timeout: WITHIN_MS }, () => {
  it('F29 answers every probe, serves some of the others, and refuses the rest', async () => {
    const group = await startOverloaded();
    const { all, probes } = await load(group, [
      blocking('all', CAPACITY * 5),
      { name: 'probes' as const, path: '/readyz', phases: steady(20) },
    ]);
    report('F29', { p50: probes.p50, p99: probes.p99, limit: 50, refused: probes.refused });
    expect(probes.answered).toBe(probes.ended);
    expect(probes.lost).toBe(0);
    expect(all.good).toBeGreaterThan(0);
    expect(all.refused).toBeGreaterThan(all.answered);
    expect(all.lost).toBe(0);
    // The short form runs beside others.
    if (IS_LONG) expect(probes.p99).toBeLessThan(50);
    else expect(probes.p50).toBeLessThan(1_000);
  });
});
