import { type Bar, judge, unfavourable, type Verdict } from './bar.ts';
import { medianBounds } from './bootstrap.ts';
import type { Random } from './random.ts';
import { median, type Spread, spread } from './statistics.ts';

/** Ours and the peer, measured one after the other. */
export interface Pair {
  ours: number;
  peer: number;
}

export interface PairPlan {
  /** Pairs per start of the processes: a start more evens out the luck of a process. */
  batch: number;
  /** Pairs before anything is judged. */
  min: number;
  /** Pairs after which an open question stays open. */
  max: number;
}

export interface Comparison {
  ours: number;
  peer: number;
  ratio: Spread;
  pairs: number;
  /** 95 % bound of the median ratio, on the unfavourable side. */
  bound: number;
  verdict: Verdict;
}

export interface ComparePairsOptions {
  plan: PairPlan;
  bar: Bar;
  random: Random;
  /** Measures so many pairs; `first` is the number of the first one, from 0. */
  runBatch: (count: number, first: number) => Promise<Pair[]>;
}

/** Measures pairs, and more of them while they leave the question open. */
export async function comparePairs(options: ComparePairsOptions): Promise<Comparison> {
  const { plan } = options;
  const pairs: Pair[] = [];
  let comparison: Comparison;
  do {
    const count = Math.min(plan.batch, plan.max - pairs.length);
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    pairs.push(...(await options.runBatch(count, pairs.length)));
    comparison = compare(pairs, options);
  } while (isOpen(comparison, plan));
  return comparison;
}

function isOpen({ verdict, pairs }: Comparison, { min, max }: PairPlan): boolean {
  return pairs < min || (verdict === 'inconclusive' && pairs < max);
}

/** What the pairs say about a bar. */
export function compare(
  pairs: readonly Pair[],
  { bar, random }: Pick<ComparePairsOptions, 'bar' | 'random'>,
): Comparison {
  const ratios = pairs.map(({ ours, peer }) => ours / peer);
  const bounds = medianBounds(ratios, { random });
  return {
    ours: median(pairs.map(({ ours }) => ours)),
    peer: median(pairs.map(({ peer }) => peer)),
    ratio: spread(ratios),
    pairs: pairs.length,
    bound: unfavourable(bar, bounds),
    verdict: judge(bar, bounds),
  };
}

/**
 * Measures each of `things` once, one after the other; every other round backwards, so that a
 * drift of the machine favours none. Results come in the order of `things`.
 */
export async function inTurn<T, R>(
  things: readonly T[],
  round: number,
  measure: (thing: T) => Promise<R>,
): Promise<R[]> {
  const isForwards = round % 2 === 0;
  const order = isForwards ? things : things.toReversed();
  const results: R[] = [];
  // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
  for (const thing of order) results.push(await measure(thing));
  return isForwards ? results : results.toReversed();
}

/**
 * Measures `things` alternately, `slices` times each: short turns, so that a phase in which the
 * machine is slow meets all of them. Results per thing, in the order of `things`.
 */
export async function inSlices<T, R>(
  things: readonly T[],
  slices: number,
  measure: (thing: T) => Promise<R>,
): Promise<R[][]> {
  const rounds: R[][] = [];
  for (let slice = 0; slice < slices; slice++) {
    // oxlint-disable-next-line no-await-in-loop -- what is measured must not run at once
    rounds.push(await inTurn(things, slice, measure));
  }
  return things.map((_, index) => rounds.flatMap((round) => round.slice(index, index + 1)));
}
