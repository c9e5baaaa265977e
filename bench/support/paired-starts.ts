import { type Target, type TargetSpec, withTargets } from './target.ts';

/** Ours and the peer, to be started. */
export type PairOfSpecs = readonly [ours: TargetSpec, peer: TargetSpec];

/**
 * Starts targets `count` times, all of them at once, so that what the machine does in a while meets
 * every start. `measure` gives one result per target, in their order.
 *
 * @returns the results of each start, in the order of `specs`
 */
export async function pairedStarts<R>(
  specs: readonly TargetSpec[],
  count: number,
  measure: (targets: readonly Target[]) => Promise<R[]>,
): Promise<R[][]> {
  const all = Array.from({ length: count }, () => specs).flat();
  const results = await withTargets(all, measure);
  const { length } = specs;
  return Array.from({ length: count }, (_, start) => {
    return results.slice(length * start, length * (start + 1));
  });
}
