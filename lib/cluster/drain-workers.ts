import type { Clock } from '../common/clock.ts';
import type { ResolvedGroupOptions } from './group.options.ts';
import type { ManagedWorker } from './managed-worker.ts';
import type { DrainLimits, Supervisor } from './supervisor.ts';
import { untilReached } from './until-reached.ts';

export interface DrainWorkersOptions {
  limits: DrainLimits;
  order: (worker: ManagedWorker, limits: DrainLimits) => void;
  clock: Clock;
}

/** Longest wait for the meta process at the end, in milliseconds. */
export const META_DRAIN = { idleGraceMs: 0, streamsMs: 500, requestsMs: 500, hardMs: 2_000 };

/** What a worker is given to finish, once its group has said that it is leaving. */
export function drainLimitsOf({
  drain: { lameDuckMs: _served, ...limits },
}: ResolvedGroupOptions): DrainLimits {
  return limits;
}

/** Lets all workers finish what they have, and ends those that do not in time. */
export async function drainWorkers(
  supervisor: Supervisor,
  { limits, order, clock }: DrainWorkersOptions,
): Promise<void> {
  const isGone = (): boolean => supervisor.everyone.length === 0;
  for (const worker of supervisor.everyone) order(worker, limits);
  if (await untilReached(isGone, limits.hardMs, clock)) return;
  for (const worker of supervisor.everyone) worker.process?.kill('SIGKILL');
  await untilReached(isGone, limits.hardMs, clock);
}
