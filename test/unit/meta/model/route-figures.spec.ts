import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { RouteMeter } from '../../../../lib/insight/route-meter.ts';
import { mergeRoutes } from '../../../../lib/meta/model/route-figures.ts';

/** Width of a bucket, and half a millisecond, below which all times share one. */
const WIDTH = 1.0905;
const LEAST_MS = 0.5;

const times = fc.array(fc.double({ min: 0, max: 15_000, noNaN: true }), { minLength: 1 });

function exact(sorted: readonly number[], quantile: number): number {
  return sorted[Math.max(0, Math.ceil(quantile * sorted.length) - 1)] ?? NaN;
}

describe('The latencies of a route', () => {
  it('ascend to the maximum, each within a bucket of the exact one, over all workers', () => {
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 3 }), (workers) => {
        const answers = workers.map((all, at) => {
          const meter = new RouteMeter();
          for (const ms of all) meter.record('GET', '/a', { ms, status: 200 });
          return { worker: at, value: { routes: meter.rows() } };
        });
        const [figures] = mergeRoutes(answers);
        if (figures === undefined) throw new Error('no figures');
        const sorted = workers.flat().toSorted((a, b) => a - b);
        const { p50Ms, p95Ms, p99Ms, maxMs } = figures;
        const quantiles = [p50Ms ?? NaN, p95Ms ?? NaN, p99Ms ?? NaN];
        // The maximum is rounded to two digits.
        const all = [...quantiles, maxMs + 0.01];
        expect(all.toSorted((a, b) => a - b)).toEqual(all);
        for (const [at, quantile] of [0.5, 0.95, 0.99].entries()) {
          const wanted = exact(sorted, quantile);
          expect(quantiles[at]).toBeLessThanOrEqual(wanted * WIDTH + LEAST_MS);
          expect(quantiles[at]).toBeGreaterThanOrEqual(wanted / WIDTH - LEAST_MS);
        }
      }),
    );
  });
});
