import type { Clock } from '../../common/clock.ts';
import type { ResolvedAcceptQueueOptions, ResolvedGroupOptions } from '../group.options.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { DrainLimits, Supervisor } from '../supervision/supervisor.ts';
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
  for (const worker of supervisor.everyone) {
    worker.reason ??= 'it did not end in time';
    worker.process?.kill('SIGKILL');
  }
  await untilReached(isGone, limits.hardMs, clock);
}

/** What else the end of a group may take, handlers of others included, in milliseconds. */
const END_REST_MS = 5_000;

/** How long a group takes to end at most, in milliseconds. */
export function longestEndMs(
  { acceptQueue, drain }: Pick<ResolvedGroupOptions, 'acceptQueue' | 'drain'>,
  lameDuckMs: number,
): number {
  return lameDuckMs + handOutMs(acceptQueue) + drain.hardMs + META_DRAIN.hardMs + END_REST_MS;
}

/**
 * How long it takes to hand out what waits in the accept queue at most, in milliseconds: a connection
 * that is nearly too old may be out on one lease more, which is seen to end as late.
 */
export function handOutMs({ maxAgeMs, leaseMs }: ResolvedAcceptQueueOptions): number {
  return maxAgeMs + 2 * leaseMs;
}
