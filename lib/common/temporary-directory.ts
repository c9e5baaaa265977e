import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where else one may be made where that of the environment can't be used: both are on all Linux. */
const OTHERS = ['/tmp', '/dev/shm'];

/**
 * Makes a directory that only this user may enter, below `TMPDIR` if it can be had there.
 *
 * @param maxBytes longest path that will do, in bytes: those of sockets are bounded
 * @throws Error which says why each place will not do
 */
export function makeTemporaryDirectory(maxBytes = Infinity): string {
  const reasons: string[] = [];
  for (const parent of new Set([tmpdir(), ...OTHERS])) {
    try {
      const prefix = join(parent, 'buttress-');
      if (Buffer.byteLength(prefix) + 6 > maxBytes) throw new Error(`${parent} is too long a path`);
      return mkdtempSync(prefix);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(reasons.join('; '));
}
