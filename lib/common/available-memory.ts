import { totalmem } from 'node:os';

/** Memory that the machine has or the control group allows, whichever is less, in bytes. */
export function availableMemory(): number {
  // 0 without a limit; version 1 tells a huge number.
  return Math.min(totalmem(), process.constrainedMemory() || Infinity);
}
