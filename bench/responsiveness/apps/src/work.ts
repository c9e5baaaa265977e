import { createHash } from 'node:crypto';

const BLOCK = Buffer.alloc(16_384, 7);

/** Blocks that are hashed for one request: so many take 50 ms on this machine. */
export const BLOCKS = Number(process.env['WORK_BLOCKS'] ?? 1);

/** Real work, whose speed does not depend on how well it is compiled. */
export function hashBlocks(blocks: number): string {
  const hash = createHash('sha256');
  for (let block = 0; block < blocks; block++) hash.update(BLOCK);
  return hash.digest('hex');
}
