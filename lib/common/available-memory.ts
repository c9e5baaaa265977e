import { totalmem } from 'node:os';

/** Physical memory or the cgroup limit, whichever is less, in bytes. */
export function availableMemory(): number {
  // Returns 0 without a limit; with cgroup v1, a huge number.
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
