import type { Bar } from '../support/bar.ts';
import { openLoop } from '../support/open-loop.ts';
import { comparePairs, inSlices, inTurn, type Pair, type PairPlan } from '../support/pairs.ts';
import { median } from '../support/statistics.ts';
import { type Target, withTargets } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import { target } from './targets.ts';

const BAR: Bar = { kind: 'at-most', limit: 1.05 };

/** As many as the machine has cores: more only add switches between processes. */
const WORKERS = 2;

/** Requests per second: all targets keep up with it easily. */
const RATE = 4_000;

/** Connections that stay open. */
const CLIENTS = 32;

const MICROSECONDS_PER_SECOND = 1e6;

const SLICE_SECONDS = 1;

/** Until code is compiled: else that is measured, by threads of V8 besides. */
const PLANS: Record<BenchContext['effort'], PairPlan & { slices: number; warmUp: number }> = {
  quick: { batch: 1, min: 3, max: 3, slices: 1, warmUp: 1 },
  full: { batch: 1, min: 9, max: 21, slices: 6, warmUp: 15 },
};

/** CPU time of primary and workers per keep-alive request, at a fixed rate. */
export async function cpuPerRequest(context: BenchContext): Promise<void> {
  const { effort, random, note, report } = context;
  const plan = PLANS[effort];
  const specs = [target('buttress', WORKERS), target('round-robin', WORKERS)];
  const runBatch = async (_count: number, round: number): Promise<Pair[]> => {
    const [ours = NaN, peer = NaN] = await withTargets(specs, async (targets) => {
      await inTurn(targets, round, (one) => cpuTime(one, plan.warmUp));
      const slices = await inSlices(targets, plan.slices, (one) => cpuTime(one, SLICE_SECONDS));
      return slices.map(median);
    });
    note(`cpu-per-request, pair ${round + 1}: ${ours.toFixed(1)} / ${peer.toFixed(1)} µs`);
    return [{ ours, peer }];
  };
  const comparison = await comparePairs({ plan, bar: BAR, random, runBatch });
  const metric = 'cpu-per-keepalive-request';
  const about = { topic: 'accept', metric, unit: 'µs', against: 'round-robin' };
  report(comparedRow(about, BAR, comparison));
}

/** Microseconds per request. @throws Error when one was not answered well */
async function cpuTime(one: Target, seconds: number): Promise<number> {
  let before = NaN;
  const load = { port: one.port, path: '/hello', rate: RATE, seconds, connections: CLIENTS };
  const { sent, refused, lost } = await openLoop(load, () => {
    before = one.cpuSeconds();
  });
  const used = one.cpuSeconds() - before;
  if (refused + lost > 0) throw new Error(`${refused + lost} requests to ${one.name} failed`);
  return (used * MICROSECONDS_PER_SECOND) / sent;
}
