import type { Bar } from '../support/bar.ts';
import { OpenLoad, type OpenLoadSpec, openLoop } from '../support/open-loop.ts';
import { pairedStarts, type PairOfSpecs } from '../support/paired-starts.ts';
import { comparePairs, inSlices, inTurn, type Pair, type PairPlan } from '../support/pairs.ts';
import { median } from '../support/statistics.ts';
import type { Target } from '../support/target.ts';
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

/** Short, so that a phase in which the machine is slow meets both targets. */
const SLICE_SECONDS = 0.5;

/** Of warming up: connections come and go in it, as closing the first ones makes V8 compile anew. */
const SESSION_SECONDS = 1.5;

interface Effort extends PairPlan {
  slices: number;
  /** That are not counted: V8 compiles anew what the end of the sessions before made it throw away. */
  settling: number;
  /** Until code is compiled: else that is measured, by threads of V8 besides. */
  sessions: number;
}

const PLANS: Record<BenchContext['effort'], Effort> = {
  quick: { batch: 1, min: 3, max: 3, slices: 2, settling: 2, sessions: 1 },
  // Of several starts at once the slices of each are spread over more time.
  full: { batch: 3, min: 9, max: 21, slices: 20, settling: 30, sessions: 6 },
};

/** Ours and the peer's, started one after the other. */
const PAIR: PairOfSpecs = [target('buttress', WORKERS), target('round-robin', WORKERS)];

/** CPU time of primary and workers per keep-alive request, at a fixed rate. */
export async function cpuPerRequest(context: BenchContext): Promise<void> {
  const { effort, random, note, report } = context;
  const plan = PLANS[effort];
  const runBatch = async (count: number, round: number): Promise<Pair[]> => {
    const measured = await pairedStarts(PAIR, count, (all) => cpuTimes(all, plan, round));
    return measured.map(([ours = NaN, peer = NaN], index) => {
      note(
        `cpu-per-request, pair ${round + index + 1}: ${ours.toFixed(1)} / ${peer.toFixed(1)} µs`,
      );
      return { ours, peer };
    });
  };
  const comparison = await comparePairs({ plan, bar: BAR, random, runBatch });
  const metric = 'cpu-per-keepalive-request';
  const about = { topic: 'accept', metric, unit: 'µs', against: 'round-robin' };
  report(comparedRow(about, BAR, comparison));
}

/** Microseconds per request of each target. */
async function cpuTimes(
  targets: readonly Target[],
  { slices, settling, sessions }: Effort,
  round: number,
): Promise<number[]> {
  for (let session = 0; session < sessions; session++) {
    // oxlint-disable-next-line no-await-in-loop -- one after another is the point
    await inTurn(targets, round + session, warmUp);
  }
  const loaded: LoadedTarget[] = [];
  try {
    for (const one of targets) {
      // oxlint-disable-next-line no-await-in-loop -- two at once slow each other down
      loaded.push({ one, load: await OpenLoad.open(loadOf(one)) });
    }
    await inSlices(loaded, settling, cpuTime);
    return (await inSlices(loaded, slices, cpuTime)).map(median);
  } finally {
    await Promise.all(loaded.map(({ load }) => load.close()));
  }
}

interface LoadedTarget {
  one: Target;
  load: OpenLoad;
}

function warmUp(one: Target): Promise<unknown> {
  return openLoop({ ...loadOf(one), seconds: SESSION_SECONDS });
}

function loadOf({ port }: Target): OpenLoadSpec {
  return { port, path: '/hello', rate: RATE, connections: CLIENTS };
}

/** Microseconds per request. @throws Error when one was not answered well */
async function cpuTime({ one, load }: LoadedTarget): Promise<number> {
  const before = one.cpuSeconds();
  const { sent, refused, lost } = await load.run(SLICE_SECONDS);
  const used = one.cpuSeconds() - before;
  if (refused + lost > 0) throw new Error(`${refused + lost} requests to ${one.name} failed`);
  return (used * MICROSECONDS_PER_SECOND) / sent;
}
