import type { Bar } from '../support/bar.ts';
import { closedLoop } from '../support/closed-loop.ts';
import { pairedStarts, type PairOfSpecs } from '../support/paired-starts.ts';
import { comparePairs, inSlices, inTurn, type Pair, type PairPlan } from '../support/pairs.ts';
import { median } from '../support/statistics.ts';
import type { Target } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import { target } from './targets.ts';

const BAR: Bar = { kind: 'at-least', limit: 0.95 };

/** As many as the machine has cores: more only add switches between processes. */
const WORKERS = 2;

/** Enough to keep every process busy; more of them would only wait. */
const CLIENTS = 32;

const MICROSECONDS_PER_SECOND = 1e6;

/** Each slice takes a second, the shortest that wrk knows. */
const SLICE_SECONDS = 1;

interface Effort extends PairPlan {
  slices: number;
  /** Seconds of each of two rounds: in less V8 has not compiled what a connection takes. */
  warmUp: number;
}

const PLANS: Record<BenchContext['effort'], Effort> = {
  quick: { batch: 1, min: 3, max: 3, slices: 1, warmUp: 1 },
  // Of several starts at once the slices of each are spread over more time.
  full: { batch: 3, min: 9, max: 15, slices: 8, warmUp: 4 },
};

/** Ours and the peer's, started one after the other. */
const PAIR: PairOfSpecs = [target('buttress', WORKERS), target('round-robin', WORKERS)];

/** What one target did, over all slices of a pair. */
interface Work {
  /** Connections that got a good answer. */
  served: number;
  /** CPU time of all its processes, in seconds. */
  cpu: number;
}

/** New connections per second, one request on each, in a closed loop. */
export async function connectionsPerSecond(context: BenchContext): Promise<void> {
  const { effort, random, note, report } = context;
  const plan = PLANS[effort];
  const works: Work[][] = [];
  const runBatch = async (count: number, round: number): Promise<Pair[]> => {
    const measured = await pairedStarts(PAIR, count, (all) => measure(all, plan));
    return measured.map((both, index) => {
      works.push(both);
      const seconds = plan.slices * SLICE_SECONDS;
      const [ours = NaN, peer = NaN] = both.map(({ served }) => served / seconds);
      note(`conn-per-s, pair ${round + index + 1}: ${ours.toFixed(0)} / ${peer.toFixed(0)}`);
      return { ours, peer };
    });
  };
  const comparison = await comparePairs({ plan, bar: BAR, random, runBatch });
  const about = { topic: 'accept', metric: 'conn-per-s', unit: 'conn/s', against: 'round-robin' };
  report(comparedRow({ ...about, detail: cpuDetail(works) }, BAR, comparison));
}

async function measure(targets: readonly Target[], { slices, warmUp }: Effort): Promise<Work[]> {
  await inTurn(targets, 0, (one) => connect(one, warmUp));
  await inTurn(targets, 1, (one) => connect(one, warmUp));
  const all = await inSlices(targets, slices, (one) => connect(one, SLICE_SECONDS));
  return all.map(total);
}

/** A refusal is cheap and no service, so it does not count. */
async function connect(one: Target, seconds: number): Promise<Work> {
  const before = one.cpuSeconds();
  const load = { connections: CLIENTS, seconds, connection: 'close' } as const;
  const { perSecond, failed } = await closedLoop({ url: one.url('/hello'), ...load });
  return { served: perSecond * seconds - failed, cpu: one.cpuSeconds() - before };
}

function total(works: readonly Work[]): Work {
  return works.reduce((sum, { served, cpu }) => ({
    served: sum.served + served,
    cpu: sum.cpu + cpu,
  }));
}

function cpuDetail(works: readonly Work[][]): Record<string, Record<string, number>> {
  const cpuOf = (index: number): number =>
    median(works.map((both) => microsecondsEach(both[index])));
  return {
    buttress: { cpuMicrosecondsPerConnection: cpuOf(0) },
    'round-robin': { cpuMicrosecondsPerConnection: cpuOf(1) },
  };
}

function microsecondsEach(work: Work | undefined): number {
  return work === undefined ? NaN : (work.cpu * MICROSECONDS_PER_SECOND) / work.served;
}
