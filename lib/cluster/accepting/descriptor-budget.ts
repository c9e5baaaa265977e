import type { ResolvedGroupOptions } from '../group.options.ts';
import { slotsOf } from '../workers.options.ts';

/** How the primary divides its descriptors. */
export interface DescriptorBudget {
  /** Accepted connections that may be held, over all queues. */
  held: number;
  /**
   * Refused connections that may linger until their clients have read the refusal, in the main thread
   * and again in the one that watches.
   */
  lingering: number;
}

/** Descriptors of a Node process itself, and of the pipes and channels of a worker. */
const OWN = 48;
const PER_WORKER = 9;

/** Most open connections on the port of the probes. */
export const MAX_PROBE_CONNECTIONS = 32;

/** Divides `limit` so that accepting never runs out of descriptors (EMFILE). */
export function divideDescriptors(
  limit: number,
  { workers, probes }: { workers: number; probes?: unknown },
): DescriptorBudget {
  const forProbes = probes === undefined ? 0 : MAX_PROBE_CONNECTIONS + 1;
  const free = Math.max(8, limit - OWN - forProbes - PER_WORKER * (workers + 1));
  const lingering = Math.max(2, Math.min(256, Math.floor(free / 4)));
  return { held: free - 2 * lingering, lingering };
}

/** The budget of a group, with descriptors for all the workers that it may be scaled to. */
export function budgetOf(
  { workers, probes }: Pick<ResolvedGroupOptions, 'workers' | 'probes'>,
  limit: number,
): DescriptorBudget {
  return divideDescriptors(limit, { workers: slotsOf(workers), probes });
}
