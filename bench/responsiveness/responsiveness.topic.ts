import { fileURLToPath } from 'node:url';

import { calibratedBlocks, HANDLER_MS } from '../admission/work.ts';
import type { Bar } from '../support/bar.ts';
import { openLoop, type OpenLoopResult } from '../support/open-loop.ts';
import { compare, type Comparison, inTurn, type Pair } from '../support/pairs.ts';
import { median } from '../support/statistics.ts';
import { type Target, type TargetSpec, withTargets } from '../support/target.ts';
import { type BenchContext, comparedRow, type Topic } from '../support/topic.ts';
import { Saturation } from './saturation.ts';

/** Ours first, then those that it is held against. */
const VARIANTS = ['decorated', 'inline', 'hand-written'] as const;

type Variant = (typeof VARIANTS)[number];
type Peer = Exclude<Variant, 'decorated'>;

const BARS: Record<Peer, Bar> = {
  inline: { kind: 'at-most', limit: 0.1 },
  'hand-written': { kind: 'at-most', limit: 1.1 },
};

const PEERS = ['inline', 'hand-written'] as const;

/** How long one request for `/work` has a core, in milliseconds. */
const WORK_MS = 50;

/** Requests for `/work` at any time: one is worked on, the others wait. */
const WORK_CLIENTS = 4;

/** Requests for `/light` per second: far from a load. */
const LIGHT_RATE = 200;

/** So many that none waits for a connection while the inline variant is deaf for four works. */
const LIGHT_CONNECTIONS = 128;

/** Wait for connections that are open to be accepted, in milliseconds. */
const ACCEPTED_AFTER_MS = 250;

const MS_PER_SECOND = 1_000;

/**
 * `batch` rounds per start of the processes; more rounds while they leave a question open. Ten
 * requests decide a round's p99, so one says little.
 */
const PLANS = {
  quick: { batch: 3, min: 3, max: 3, seconds: 2.5, warmUp: 1 },
  full: { batch: 3, min: 9, max: 60, seconds: 5, warmUp: 2 },
} as const;

/** One variant under load, once. */
interface Seen {
  light: OpenLoopResult;
  workPerSecond: number;
}

/** Without those whose question is answered. */
type Round = Partial<Record<Variant, Seen>>;

/** How fast the others are answered while a route keeps a core busy. */
export const responsiveness: Topic = {
  name: 'responsiveness',
  async run(bench) {
    const plan = PLANS[bench.effort];
    const rounds: Round[] = [];
    bench.note(
      'responsiveness: two cores for the main thread, the pool thread and the load: what the pool ' +
        'thread and the generator take at once, the main thread waits for',
    );
    let peers: readonly Peer[] = PEERS;
    while (rounds.length < plan.max && peers.length > 0) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      rounds.push(...(await measureBatch(bench, rounds.length, ['decorated', ...peers])));
      if (rounds.length >= plan.min) peers = peers.filter((peer) => isOpen(bench, rounds, peer));
    }
    for (const peer of PEERS) reportPeer(bench, rounds, peer);
  },
};

/** Processes of one build differ: they are started anew for each batch. */
async function measureBatch(
  { effort, note }: BenchContext,
  first: number,
  variants: readonly Variant[],
): Promise<Round[]> {
  const { batch, seconds, warmUp } = PLANS[effort];
  // The machine's speed changes: blocks are counted anew, too, and are the same for all variants.
  process.env['WORK_BLOCKS'] = String(blocksPerRequest());
  return withTargets(variants.map(targetOf), async (targets) => {
    await inTurn(targets, first, (target) => measure(target, warmUp));
    const rounds: Round[] = [];
    for (let round = first; round < first + batch; round++) {
      // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
      const seen = await inTurn(targets, round, (target) => measure(target, seconds));
      const entries = seen.map((one, index) => [variants[index], one] as const);
      rounds.push(Object.fromEntries(entries) as Round);
      note(`responsiveness, round ${round + 1}: ${entries.map(inWords).join('; ')}`);
    }
    return rounds;
  });
}

function blocksPerRequest(): number {
  return Math.round((calibratedBlocks() * WORK_MS) / HANDLER_MS);
}

function targetOf(name: string): TargetSpec {
  const main = fileURLToPath(new URL(`./apps/dist/${name}.main.js`, import.meta.url));
  return { name, main, workers: 1 };
}

/**
 * `/light` at its rate while `/work` never pauses. That starts when the connections for `/light`
 * are accepted: a busy loop accepts one in each of its turns, and that is another question.
 *
 * @throws Error when a request failed
 */
async function measure(target: Target, seconds: number): Promise<Seen> {
  const work = new Saturation(target.url('/work'));
  let startedAt = NaN;
  const start = (): void => {
    startedAt = performance.now();
    work.start(WORK_CLIENTS);
  };
  const load = { rate: LIGHT_RATE, seconds, connections: LIGHT_CONNECTIONS };
  const light = await openLoop({ port: target.port, path: '/light', ...load }, () => {
    setTimeout(start, ACCEPTED_AFTER_MS);
  });
  const workPerSecond = (work.answered * MS_PER_SECOND) / (performance.now() - startedAt);
  await work.stop();
  const failed = light.refused + light.lost;
  if (failed > 0) throw new Error(`${failed} requests for /light of ${target.name} failed`);
  return { light, workPerSecond };
}

function inWords([variant, seen]: readonly [Variant | undefined, Seen]): string {
  const { p50, p99, max } = seen.light;
  const latencies = `p50 ${p50.toFixed(2)}, p99 ${p99.toFixed(2)}, max ${max.toFixed(1)} ms`;
  return `${variant} ${latencies}, /work ${seen.workPerSecond.toFixed(1)}/s`;
}

function isOpen(bench: BenchContext, rounds: readonly Round[], peer: Peer): boolean {
  return comparisonWith(bench, rounds, peer).verdict === 'inconclusive';
}

function comparisonWith(
  { random }: BenchContext,
  rounds: readonly Round[],
  peer: Peer,
): Comparison {
  return compare(pairsWith(rounds, peer), { bar: BARS[peer], random });
}

function pairsWith(rounds: readonly Round[], peer: Peer): Pair[] {
  return rounds.flatMap(({ decorated, [peer]: other }) => {
    if (decorated === undefined || other === undefined) return [];
    return [{ ours: decorated.light.p99, peer: other.light.p99 }];
  });
}

function reportPeer(bench: BenchContext, rounds: readonly Round[], peer: Peer): void {
  const about = { topic: 'responsiveness', metric: `light-p99-vs-${peer}`, unit: 'ms' };
  const comparison = comparisonWith(bench, rounds, peer);
  const detail = detailOf(rounds);
  bench.report(comparedRow({ ...about, against: peer, detail }, BARS[peer], comparison));
}

/** Medians over the rounds; latencies in milliseconds. */
function detailOf(rounds: readonly Round[]): Record<string, Record<string, number>> {
  const rows = VARIANTS.map((variant) => {
    const all = rounds.flatMap((round) => round[variant] ?? []);
    const middle = (pick: (seen: Seen) => number): number => median(all.map(pick));
    const values = {
      workPerSecond: middle(({ workPerSecond }) => workPerSecond),
      lightP50: middle(({ light }) => light.p50),
      lightP99: middle(({ light }) => light.p99),
      lightMax: middle(({ light }) => light.max),
      generatorLag: middle(({ light }) => light.generatorLag),
    };
    return [variant, values] as const;
  });
  return Object.fromEntries(rows);
}
