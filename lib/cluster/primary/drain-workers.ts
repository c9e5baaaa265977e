import { setImmediate as nextLoop } from 'node:timers/promises';

import type { Clock } from '../../common/clock.ts';
import type { AcceptPath } from '../accepting/accept-path.ts';
import type { ResolvedAcceptQueueOptions, ResolvedGroupOptions } from '../group.options.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { DrainLimits, Supervisor } from '../supervision/supervisor.ts';
import { untilReached } from './until-reached.ts';

export interface DrainWorkersOptions {
  limits: DrainLimits;
  order: (worker: ManagedWorker, limits: DrainLimits) => void;
  clock: Clock;
}

/** Drain limits of the meta process. */
export const META_DRAIN = { idleGraceMs: 0, streamsMs: 500, requestsMs: 500, hardMs: 2_000 };

/** Drain limits of a worker: the group's, without the lame duck. */
export function drainLimitsOf({
  drain: { lameDuckMs: _served, ...limits },
}: ResolvedGroupOptions): DrainLimits {
  return limits;
}

/** Stops accepting for the application and waits until the workers have what was accepted. */
export async function handOut(
  accepts: AcceptPath,
  acceptQueue: ResolvedAcceptQueueOptions,
  clock: Clock,
): Promise<void> {
  // The backlog is accepted in a poll phase: one may be under way, so wait for two.
  await nextLoop();
  await nextLoop();
  accepts.stopAccepting('app');
  await untilReached(() => accepts.held === 0, handOutMs(acceptQueue), clock);
}

/** Drains all workers; kills those still there at `hardMs`. */
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

/** Allowance for the rest of a group's end, handlers registered by others included. */
const END_REST_MS = 5_000;

/** Longest time that a group takes to end, in milliseconds. */
export function longestEndMs(
  { acceptQueue, drain }: Pick<ResolvedGroupOptions, 'acceptQueue' | 'drain'>,
  lameDuckMs: number,
): number {
  return lameDuckMs + handOutMs(acceptQueue) + drain.hardMs + META_DRAIN.hardMs + END_REST_MS;
}

/**
 * Longest time to hand out the accept queue, in milliseconds: a connection near its age limit may
 * be out on one more lease, whose end is noticed as late again.
 */
function handOutMs({ maxAgeMs, leaseMs }: ResolvedAcceptQueueOptions): number {
  return maxAgeMs + 2 * leaseMs;
}
