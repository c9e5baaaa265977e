import type { ResolvedGroupOptions } from '../group.options.ts';
import { type ResolvedWorkers, slotsOf } from '../workers.options.ts';

/** Number of workers of a group, for one that takes over. */
export interface ScalingState {
  wanted: number;
  /** Whether an operator or the program set it, so that it does not follow the load. */
  isSet: boolean;
}

/** Numbers of workers that a group may be scaled to. */
export interface ScalingBounds {
  min: number;
  max: number;
}

/** Bounds of a group: its own, or for a fixed group what the quorum and its slots allow. */
export function boundsOf(workers: ResolvedWorkers, quorum: number): ScalingBounds {
  const min = typeof workers === 'number' ? quorum : workers.min;
  return { min, max: slotsOf(workers) };
}

/** Slots of a group, and how many of them get a worker at its start. */
export function slotsAtStart(
  { workers, supervision }: Pick<ResolvedGroupOptions, 'workers' | 'supervision'>,
  inherited: ScalingState | undefined,
): { slots: number; needed: number } {
  const needed = initialWorkers(workers, supervision.quorum, inherited);
  return { slots: slotsOf(workers), needed };
}

/** Number of workers to start with. */
export function initialWorkers(
  workers: ResolvedWorkers,
  quorum: number,
  inherited: ScalingState | undefined,
): number {
  const isFixed = typeof workers === 'number';
  const { min, max } = boundsOf(workers, quorum);
  if (inherited === undefined || (isFixed && !inherited.isSet)) return isFixed ? workers : min;
  // The new group may have other options than the one that it takes over from.
  return Math.min(max, Math.max(min, inherited.wanted));
}
