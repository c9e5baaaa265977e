import { type Target, type TargetSpec, withTargets } from './target.ts';

/** Ours and the peer, to be started. */
export type PairOfSpecs = readonly [ours: TargetSpec, peer: TargetSpec];

/**
 * Starts a pair of targets `count` times, all of them at once, so that what the machine does in a
 * while meets every start. `measure` gives one result per target, in their order.
 *
 * @returns ours and the peer's result of each start
 */
export async function pairedStarts<R>(
  pair: PairOfSpecs,
  count: number,
  measure: (targets: readonly Target[]) => Promise<R[]>,
): Promise<R[][]> {
  const specs = Array.from({ length: count }, () => pair).flat();
  const results = await withTargets(specs, measure);
  return Array.from({ length: count }, (_, start) => results.slice(2 * start, 2 * start + 2));
}
