import type { Bar } from './bar.ts';
import { closedLoop } from './closed-loop.ts';
import { openLoop } from './open-loop.ts';
import { compare, type Comparison, inSlices, inTurn, type Pair } from './pairs.ts';
import { median } from './statistics.ts';
import { type Target, type TargetSpec, withTargets } from './target.ts';
import { type BenchContext, comparedRow } from './topic.ts';

/**
 * `open`: at a fixed rate, the same for all, which every target keeps up with: tells differences of
 * a few percent. `closed`: as many as the target can do: the waiting between requests costs nothing.
 */
export type CpuLoad = { kind: 'open'; rate: number } | { kind: 'closed' };

export interface CpuComparison {
  topic: string;
  /** Row names are `METRIC-vs-PEER`. */
  metric: string;
  ours: TargetSpec;
  peers: { spec: TargetSpec; bar: Bar }[];
  path: string;
  load: CpuLoad;
}

/** Connections that stay open. */
const CLIENTS = 32;

const SLICE_SECONDS = 1;

const MICROSECONDS_PER_SECOND = 1e6;

/** Rounds are added up to `most` while they leave a question open. */
const PLANS = {
  quick: { least: 2, most: 2, slices: 1, warmUp: 1 },
  full: { least: 11, most: 31, slices: 3, warmUp: 8 },
} as const;

/**
 * CPU time per request of one target against several. All are started together and measured
 * alternately; each round starts them anew, because processes of one build differ.
 */
export async function compareCpu(context: BenchContext, comparison: CpuComparison): Promise<void> {
  const { effort, random, note, report } = context;
  const { topic, metric, ours, peers } = comparison;
  const plan = PLANS[effort];
  const specs = [ours, ...peers.map(({ spec }) => spec)];
  const rounds: number[][] = [];
  const measure = (one: Target) => cpuTime(one, comparison, SLICE_SECONDS);
  const judge = (): Comparison[] =>
    peers.map(({ bar }, index) => compare(pairsOf(rounds, index + 1), { bar, random }));
  while (rounds.length < plan.least || (rounds.length < plan.most && isOpen(judge()))) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    const medians = await withTargets(specs, async (targets) => {
      await inTurn(targets, rounds.length, (one) => cpuTime(one, comparison, plan.warmUp));
      const slices = await inSlices(targets, plan.slices, measure);
      return slices.map(median);
    });
    rounds.push(medians);
    note(`${metric}, round ${rounds.length}: ${medians.map((us) => us.toFixed(1)).join(' / ')} µs`);
  }
  for (const [index, compared] of judge().entries()) {
    const peer = peers[index];
    if (peer === undefined) continue;
    const about = { metric: `${metric}-vs-${peer.spec.name}`, against: peer.spec.name };
    report(comparedRow({ topic, unit: 'µs', ...about }, peer.bar, compared));
  }
}

function pairsOf(rounds: readonly number[][], peer: number): Pair[] {
  return rounds.map((all) => ({ ours: all[0] ?? NaN, peer: all[peer] ?? NaN }));
}

function isOpen(comparisons: readonly Comparison[]): boolean {
  return comparisons.some(({ verdict }) => verdict === 'inconclusive');
}

/** Microseconds per request. @throws Error when one was not answered well */
function cpuTime(one: Target, { path, load }: CpuComparison, seconds: number): Promise<number> {
  return load.kind === 'open'
    ? cpuTimeAtRate(one, { path, seconds, rate: load.rate })
    : cpuTimeAtMost(one, { path, seconds });
}

async function cpuTimeAtRate(
  one: Target,
  load: { path: string; rate: number; seconds: number },
): Promise<number> {
  let before = NaN;
  const spec = { ...load, port: one.port, connections: CLIENTS };
  const { sent, refused, lost } = await openLoop(spec, () => {
    before = one.cpuSeconds();
  });
  const used = one.cpuSeconds() - before;
  if (refused + lost > 0) throw new Error(`${refused + lost} requests to ${one.name} failed`);
  return (used * MICROSECONDS_PER_SECOND) / sent;
}

/** Microseconds per request, as fast as the target can. @throws Error when one was not answered well */
export async function cpuTimeAtMost(
  one: Target,
  { path, seconds }: { path: string; seconds: number },
): Promise<number> {
  const before = one.cpuSeconds();
  const load = { connections: CLIENTS, seconds, connection: 'keep-alive' } as const;
  const { perSecond, failed } = await closedLoop({ url: one.url(path), ...load });
  const used = one.cpuSeconds() - before;
  if (failed > 0) throw new Error(`${failed} requests to ${one.name} failed`);
  return (used * MICROSECONDS_PER_SECOND) / (perSecond * seconds);
}
