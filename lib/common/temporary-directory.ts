import { lstatSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where else one may be made where that of the environment can't be used: both are on all Linux. */
const OTHERS = ['/tmp', '/dev/shm'];

const PREFIX = 'buttress-';

/**
 * Makes a directory that only this user may enter, below `TMPDIR` if it can be had there.
 *
 * @param maxBytes longest path that will do, in bytes: those of sockets are bounded
 * @throws Error which says why each place will not do
 */
export function makeTemporaryDirectory(maxBytes = Infinity): string {
  const reasons: string[] = [];
  for (const parent of parents()) {
    try {
      const prefix = join(parent, PREFIX);
      if (Buffer.byteLength(prefix) + 6 > maxBytes) throw new Error(`${parent} is too long a path`);
      return mkdtempSync(prefix);
    } catch (error) {
      reasons.push((error as Error).message);
    }
  }
  throw new Error(reasons.join('; '));
}

/** Those that are there, of all processes of this user. */
export function temporaryDirectories(): string[] {
  return [...parents()].flatMap((parent) => temporaryDirectoriesIn(parent));
}

/** Those of this user below one directory. */
export function temporaryDirectoriesIn(parent: string): string[] {
  const names = namesIn(parent).filter((name) => name.startsWith(PREFIX));
  return names.map((name) => join(parent, name)).filter(isOwnDirectory);
}

/** Whether it is a directory of this user's which nobody else may enter. */
export function isOwnDirectory(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true || stats.uid !== process.getuid?.()) return false;
  return (stats.mode & 0o077) === 0;
}

function parents(): Set<string> {
  return new Set([tmpdir(), ...OTHERS]);
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
