import { setImmediate as nextLoop, setTimeout as wait } from 'node:timers/promises';

import type { Clock } from '../../common/clock.ts';
import type { AcceptPath } from '../accepting/accept-path.ts';
import type { DrainLimits } from '../drain.options.ts';
import type { ResolvedAcceptQueueOptions, ResolvedGroupOptions } from '../group.options.ts';
import type { ManagedWorker } from '../supervision/managed-worker.ts';
import type { Supervisor } from '../supervision/supervisor.ts';

export interface DrainWorkersOptions {
  limits: DrainLimits;
  order: (worker: ManagedWorker, limits: DrainLimits) => void;
  clock: Clock;
}

/** Drain limits of the meta process. */
export const META_DRAIN: DrainLimits = {
  idleGraceMs: 0,
  streamGraceMs: 500,
  requestTimeoutMs: 500,
  killAfterMs: 2_000,
};

/** Interval between looks at what is waited for. */
const LOOK_EVERY_MS = 20;

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

/** Drains all workers; kills those still there at `killAfterMs`. */
export async function drainWorkers(
  supervisor: Supervisor,
  { limits, order, clock }: DrainWorkersOptions,
): Promise<void> {
  const isGone = (): boolean => supervisor.everyone.length === 0;
  for (const worker of supervisor.everyone) order(worker, limits);
  if (await untilReached(isGone, limits.killAfterMs, clock)) return;
  for (const worker of supervisor.everyone) {
    worker.reason ??= 'it did not end in time';
    worker.process?.kill('SIGKILL');
  }
  await untilReached(isGone, limits.killAfterMs, clock);
}

/** Allowance for the rest of a group's end, handlers registered by others included. */
const END_REST_MS = 5_000;

/** Longest time that a group takes to end, in milliseconds. */
export function longestEndMs(
  { acceptQueue, drain }: Pick<ResolvedGroupOptions, 'acceptQueue' | 'drain'>,
  lameDuckMs: number,
): number {
  return (
    lameDuckMs + handOutMs(acceptQueue) + drain.killAfterMs + META_DRAIN.killAfterMs + END_REST_MS
  );
}

/**
 * Longest time to hand out the accept queue, in milliseconds: a connection near its age limit may
 * be out on one more lease, whose end is noticed as late again.
 */
function handOutMs({ maxWaitMs, claimTimeoutMs }: ResolvedAcceptQueueOptions): number {
  return maxWaitMs + 2 * claimTimeoutMs;
}

/** Waits at most `withinMs` for a condition. @returns whether it was reached */
async function untilReached(
  isReached: () => boolean,
  withinMs: number,
  clock: Clock,
): Promise<boolean> {
  const endsAt = clock.now() + withinMs;
  while (!isReached()) {
    if (clock.now() >= endsAt) return false;
    // oxlint-disable-next-line no-await-in-loop -- polls the condition
    await wait(LOOK_EVERY_MS);
  }
  return true;
}
