import { fileURLToPath } from 'node:url';

import type { Bar } from '../support/bar.ts';
import { cpuTimeAtMost } from '../support/cpu-comparison.ts';
import { compare, inSlices, inTurn, type Pair } from '../support/pairs.ts';
import { median } from '../support/statistics.ts';
import { type TargetSpec, withTargets } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';

/** All features without access records, and with them. */
const WITHOUT_RECORDS: Bar = { kind: 'at-most', limit: 1.15 };
const WITH_RECORDS: Bar = { kind: 'at-most', limit: 1.35 };

/** Features, switched on one after the other; each step keeps those before it. */
const STEPS = [
  { name: 'adapter', feature: 'adapter', bar: WITHOUT_RECORDS },
  { name: 'context', feature: 'context', bar: WITHOUT_RECORDS },
  { name: 'admission', feature: 'admission', bar: WITHOUT_RECORDS },
  { name: 'statistics', feature: 'stats', bar: WITHOUT_RECORDS },
  { name: 'insight', feature: 'meta', bar: WITHOUT_RECORDS },
  { name: 'access-records', feature: 'logging', bar: WITH_RECORDS },
] as const;

const BARE: TargetSpec = { name: 'bare', main: mainOf('bare'), workers: 1 };

const SPECS: readonly TargetSpec[] = [BARE, ...STEPS.map((_, step) => specOf(step))];

const PATH = '/receipts/17';

const SLICE_SECONDS = 1;

const PLANS = {
  quick: { rounds: 2, slices: 1, warmUp: 1 },
  full: { rounds: 11, slices: 5, warmUp: 8 },
} as const;

/**
 * CPU time per request of one worker whose features are switched on one after the other, next to a
 * bare application of Nest and Fastify. Each round starts all of them anew and measures them in
 * turn.
 */
export async function featureCosts({ effort, random, note, report }: BenchContext): Promise<void> {
  const { rounds, slices, warmUp } = PLANS[effort];
  const medians: number[][] = [];
  for (let round = 0; round < rounds; round++) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    const times = await withTargets(SPECS, async (targets) => {
      await inTurn(targets, round, (one) => cpuTimeAtMost(one, { path: PATH, seconds: warmUp }));
      return inSlices(targets, slices, (one) =>
        cpuTimeAtMost(one, { path: PATH, seconds: SLICE_SECONDS }),
      );
    });
    medians.push(times.map(median));
    note(`features, round ${round + 1}: ${medians.at(-1)?.map(textOf).join(' / ')} µs`);
  }
  for (const [step, { name, bar }] of STEPS.entries()) {
    const about = { topic: 'stack', metric: `cpu-up-to-${name}`, unit: 'µs', against: 'bare' };
    report(comparedRow(about, bar, compare(pairsOf(medians, step + 1), { bar, random })));
  }
}

function pairsOf(medians: readonly number[][], target: number): Pair[] {
  return medians.map((all) => ({ ours: all[target] ?? NaN, peer: all[0] ?? NaN }));
}

function specOf(step: number): TargetSpec {
  const features = STEPS.slice(0, step + 1).map(({ feature }) => feature);
  const name = STEPS[step]?.name ?? '';
  return { name, main: mainOf('features'), workers: 1, env: { FEATURES: features.join(',') } };
}

function mainOf(name: string): string {
  return fileURLToPath(new URL(`./apps/dist/${name}.main.js`, import.meta.url));
}

function textOf(us: number): string {
  return us.toFixed(1);
}
