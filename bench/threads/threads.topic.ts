import type { Bar } from '../support/bar.ts';
import { comparePairs, inSlices, inTurn, type Pair } from '../support/pairs.ts';
import { median } from '../support/statistics.ts';
import { type BenchContext, comparedRow, type Topic } from '../support/topic.ts';
import { type Placement, RoundTrips } from './round-trips.ts';

const BAR: Bar = { kind: 'at-most', limit: 1.35 };

/** Ours, and the one that is held against it. */
const COMPARED = ['buttress', 'piscina-disabled'] as const;

const OTHERS = ['piscina-sync', 'tinypool', 'poolifier', 'workerpool'] as const;

type Side = (typeof COMPARED)[number] | (typeof OTHERS)[number];

interface RoundTrip {
  row: string;
  metric: string;
  /** Calls in one go, which takes some 10 to 250 ms. */
  calls: number;
  /** Sides that can't do it. */
  without?: readonly Side[];
}

const ROUND_TRIPS: readonly RoundTrip[] = [
  { row: 'noop', metric: 'noop-p50', calls: 300 },
  { row: 'buffer-1k', metric: 'buffer-1k-p50', calls: 300 },
  { row: 'buffer-100k', metric: 'buffer-100k-p50', calls: 200 },
  { row: 'buffer-10m', metric: 'buffer-10m-p50', calls: 20 },
  { row: 'moved-10m', metric: 'moved-10m-p50', calls: 200, without: ['poolifier'] },
  { row: 'dto-1k', metric: 'dto-1k-p50', calls: 300 },
  { row: 'dto-100k', metric: 'dto-100k-p50', calls: 50 },
  { row: 'noop-64-in-flight', metric: 'noop-64-in-flight', calls: 1_280 },
];

/**
 * Free: what it costs here, now. To wake a core takes some 30 µs on a virtual machine, and the
 * scheduler decides from second to second whether a side has to: its ratios come in two heaps. On
 * one core no core is woken, and the ratio is that of the work alone.
 */
const PLACEMENTS: readonly Placement[] = ['free', 'one-core'];

/** `batch` pairs per start of the process; the other peers are measured `slices` times then. */
const PLANS = {
  quick: { batch: 9, min: 9, max: 9, slices: 0, warmUpMs: 1_500 },
  full: { batch: 11, min: 33, max: 66, slices: 7, warmUpMs: 1_500 },
} as const;

/** What the way to a thread and back costs, against Piscina by hand. */
export const threads: Topic = {
  name: 'threads',
  async run(bench) {
    for (const roundTrip of ROUND_TRIPS) {
      for (const placement of PLACEMENTS) {
        // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
        await measureRoundTrip(bench, { ...roundTrip, placement });
      }
    }
  },
};

type Placed = RoundTrip & { placement: Placement };

async function measureRoundTrip(bench: BenchContext, roundTrip: Placed): Promise<void> {
  const { effort, random, note, report } = bench;
  const { placement } = roundTrip;
  const metric = placement === 'free' ? roundTrip.metric : `${roundTrip.metric}-${placement}`;
  const seen = new Map<Side, number[]>();
  const comparison = await comparePairs({
    plan: PLANS[effort],
    bar: BAR,
    random,
    runBatch: async (count, first) => {
      const batch = await measureBatch(bench, roundTrip, count);
      for (const [side, times] of batch.seen) seen.set(side, [...(seen.get(side) ?? []), ...times]);
      note(`${metric}, pairs ${first + 1} to ${first + count}: ${inWords(batch.pairs)}`);
      return batch.pairs;
    },
  });
  const about = { topic: 'threads', metric, unit: 'µs', against: 'piscina, atomics disabled' };
  report(comparedRow({ ...about, detail: detailOf(seen) }, BAR, comparison));
}

interface Batch {
  pairs: Pair[];
  /** Times of all sides, measured in turn, in microseconds; `quick`: of none. */
  seen: Map<Side, number[]>;
}

/** Short turns: what it costs to wake a thread changes from second to second. */
async function measureBatch(
  { effort }: BenchContext,
  { row, calls, placement, without = [] }: Placed,
  count: number,
): Promise<Batch> {
  const { slices, warmUpMs } = PLANS[effort];
  const others = OTHERS.filter((side) => slices > 0 && !without.includes(side));
  const all: Side[] = [...COMPARED, ...others];
  const roundTrips = await RoundTrips.start(placement);
  const measure = (side: Side): Promise<number> => roundTrips.measure({ side, row, calls });
  try {
    await inTurn(all, 0, (side) => warmUp(() => measure(side), warmUpMs));
    const times = await inSlices(COMPARED, count, measure);
    const seen = await inSlices(all, slices, measure);
    return {
      pairs: pairsOf(times),
      seen: new Map(all.map((side, index) => [side, seen[index] ?? []])),
    };
  } finally {
    await roundTrips.end();
  }
}

/** Until the code is compiled. */
async function warmUp(measure: () => Promise<number>, forMs: number): Promise<void> {
  const endsAt = performance.now() + forMs;
  // oxlint-disable-next-line no-await-in-loop -- one after the other, until the time is over
  while (performance.now() < endsAt) await measure();
}

function pairsOf([ours = [], peers = []]: number[][]): Pair[] {
  return ours.map((one, index) => ({ ours: one, peer: peers[index] ?? NaN }));
}

function inWords(pairs: readonly Pair[]): string {
  const ours = median(pairs.map((pair) => pair.ours));
  const peer = median(pairs.map((pair) => pair.peer));
  return `${ours.toFixed(1)} / ${peer.toFixed(1)} µs`;
}

function detailOf(seen: ReadonlyMap<Side, number[]>): Record<string, Record<string, number>> {
  const measured = [...seen].filter(([, times]) => times.length > 0);
  const rows = measured.map(([side, times]) => [side, { microseconds: median(times) }] as const);
  return Object.fromEntries(rows);
}
