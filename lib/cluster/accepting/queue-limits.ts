import type { ResolvedAcceptQueueOptions } from '../group.options.ts';

type Limits = Pick<ResolvedAcceptQueueOptions, 'maxWaitMs' | 'targetMs' | 'intervalMs'>;

/** Least limits for the pages: people and scrapers come a few at once, and one process serves them. */
const OF_PAGES: Limits = { maxWaitMs: 2_000, targetMs: 500, intervalMs: 2_000 };

/** Limits of a queue. Those of the application are too short for pages that are being made. */
export function queueLimitsOf(
  role: 'app' | 'meta',
  given: ResolvedAcceptQueueOptions,
): ResolvedAcceptQueueOptions {
  if (role === 'app') return given;
  return {
    ...given,
    maxWaitMs: Math.max(given.maxWaitMs, OF_PAGES.maxWaitMs),
    targetMs: Math.max(given.targetMs, OF_PAGES.targetMs),
    intervalMs: Math.max(given.intervalMs, OF_PAGES.intervalMs),
  };
}
