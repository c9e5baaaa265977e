import { createHash } from 'node:crypto';

import { median } from '../support/statistics.ts';

/** What the services hash, over and over. */
const BLOCK = Buffer.alloc(16_384, 7);

/** How long a request for `/cpu` has the loop, in milliseconds. */
export const HANDLER_MS = 20;

const TRIAL_BLOCKS = 2_000;

/** So many blocks are hashed in the time that one request is to take, on this machine, now. */
export function calibratedBlocks(): number {
  const trials = Array.from({ length: 7 }, () => timeOf(TRIAL_BLOCKS) / TRIAL_BLOCKS);
  return Math.round(HANDLER_MS / median(trials));
}

function timeOf(blocks: number): number {
  const startedAt = performance.now();
  const hash = createHash('sha256');
  for (let block = 0; block < blocks; block++) hash.update(BLOCK);
  hash.digest();
  return performance.now() - startedAt;
}

/** A kind of work and what one process can do of it. */
export interface Work {
  name: string;
  /** Arrivals per second at the capacity, by path. */
  capacity: Readonly<Record<string, number>>;
  loads: readonly number[];
}

/** Of the loop's time a part is the framework's: capacities are a little less than computed. */
export const WORKS: readonly Work[] = [
  { name: 'cpu', capacity: { cpu: 48 }, loads: [0.5, 0.8, 1, 1.5, 2, 3, 5] },
  { name: 'io', capacity: { io: 500 }, loads: [0.5, 0.8, 1, 2, 5] },
  { name: 'mix', capacity: { cpu: 44, io: 460 }, loads: [0.5, 0.8, 1, 2, 5] },
];
