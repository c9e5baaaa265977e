import type { Bar } from '../support/bar.ts';
import { closedLoop } from '../support/closed-loop.ts';
import { comparePairs, inTurn, type Pair, type PairPlan } from '../support/pairs.ts';
import { median } from '../support/statistics.ts';
import { type Target, withTarget } from '../support/target.ts';
import { type BenchContext, comparedRow } from '../support/topic.ts';
import { target } from './targets.ts';

const BAR: Bar = { kind: 'at-least', limit: 0.95 };

/** As many as the machine has cores: more only add switches between processes. */
const WORKERS = 2;

/** Enough to keep every process busy; more of them would only wait. */
const CLIENTS = 32;

const MICROSECONDS_PER_SECOND = 1e6;

const PLANS: Record<BenchContext['effort'], PairPlan & { seconds: number; warmUp: number }> = {
  quick: { batch: 1, min: 3, max: 3, seconds: 1, warmUp: 1 },
  full: { batch: 1, min: 9, max: 15, seconds: 2, warmUp: 3 },
};

/** What one target did in one turn. */
interface Turn {
  /** Connections that got a good answer, per second. */
  perSecond: number;
  /** CPU time of all its processes per connection, in microseconds. */
  cpu: number;
}

/** New connections per second, one request on each, in a closed loop. */
export async function connectionsPerSecond(context: BenchContext): Promise<void> {
  const { effort, random, note, report } = context;
  const plan = PLANS[effort];
  const specs = [target('buttress', WORKERS), target('round-robin', WORKERS)];
  const turns: Turn[][] = [];
  const runBatch = async (_count: number, round: number): Promise<Pair[]> => {
    const both = await inTurn(specs, round, (spec) =>
      withTarget(spec, async (one) => {
        await connect(one, plan.warmUp);
        return connect(one, plan.seconds);
      }),
    );
    const [ours = NaN, peer = NaN] = both.map(({ perSecond }) => perSecond);
    turns.push(both);
    note(`conn-per-s, pair ${round + 1}: ${ours.toFixed(0)} / ${peer.toFixed(0)}`);
    return [{ ours, peer }];
  };
  const comparison = await comparePairs({ plan, bar: BAR, random, runBatch });
  const about = { topic: 'accept', metric: 'conn-per-s', unit: 'conn/s', against: 'round-robin' };
  report(comparedRow({ ...about, detail: cpuDetail(turns) }, BAR, comparison));
}

/** A refusal is cheap and no service, so it does not count. */
async function connect(one: Target, seconds: number): Promise<Turn> {
  const before = one.cpuSeconds();
  const load = { connections: CLIENTS, seconds, connection: 'close' } as const;
  const { perSecond, failed } = await closedLoop({ url: one.url('/hello'), ...load });
  const used = one.cpuSeconds() - before;
  return {
    perSecond: perSecond - failed / seconds,
    cpu: (used * MICROSECONDS_PER_SECOND) / (perSecond * seconds),
  };
}

function cpuDetail(turns: readonly Turn[][]): Record<string, Record<string, number>> {
  const cpuOf = (index: number): number => median(turns.map((both) => both[index]?.cpu ?? NaN));
  return {
    buttress: { cpuMicrosecondsPerConnection: cpuOf(0) },
    'round-robin': { cpuMicrosecondsPerConnection: cpuOf(1) },
  };
}
