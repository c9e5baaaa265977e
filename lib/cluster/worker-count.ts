import type { Machine } from '../common/options/machine.ts';

/** Processors that the primary and the meta process take from a busy group together. */
const OTHERS = 1;

/** A second worker serves while the first one is blocked or replaced. */
const LEAST = 2;

/** Memory of a small service's worker under load, and its share of the other processes'. */
const BYTES_PER_WORKER = 192 << 20;

/** Default number of workers, and the resource that decides it. */
export interface WorkerCount {
  workers: number;
  by: 'processors' | 'memory';
}

export function defaultWorkers({
  parallelism,
  memoryBytes,
}: Pick<Machine, 'parallelism' | 'memoryBytes'>): WorkerCount {
  const wanted = Math.max(LEAST, parallelism - OTHERS);
  const fitting = Math.max(1, Math.floor(memoryBytes / BYTES_PER_WORKER));
  if (fitting < wanted) return { workers: fitting, by: 'memory' };
  return { workers: wanted, by: 'processors' };
}
