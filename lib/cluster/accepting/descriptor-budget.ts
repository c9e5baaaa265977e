import { RING_CAPACITY } from './fd/descriptor-ring.ts';

/** How the primary divides its descriptors. */
export interface DescriptorBudget {
  /** Accepted connections that may be held, over all queues. */
  held: number;
  /** Refused connections that may linger until their client has read the refusal. */
  lingering: number;
  /** Accepted connections that may wait for the first bytes of their clients. */
  silent: number;
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
  const free = Math.max(8, limit - OWN - forProbes - RING_CAPACITY - PER_WORKER * (workers + 1));
  const lingering = Math.max(2, Math.min(256, Math.floor(free / 4)));
  const silent = Math.min(64, Math.floor(free / 8));
  return { held: free - lingering - silent, lingering, silent };
}
