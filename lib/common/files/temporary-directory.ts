import { lstatSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Fallbacks if the environment's directory is unusable; both exist on Linux. */
const OTHERS = ['/tmp', '/dev/shm'];

const PREFIX = 'buttress-';

/**
 * Creates a directory private to this user, below `TMPDIR` if possible.
 *
 * @param maxBytes longest usable path: socket paths are bounded
 * @throws Error that gives a reason per location
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

/** Existing directories of all processes of this user. */
export function temporaryDirectories(): string[] {
  return [...parents()].flatMap((parent) => temporaryDirectoriesIn(parent));
}

/** Directories of this user below `parent`. */
export function temporaryDirectoriesIn(parent: string): string[] {
  const names = namesIn(parent).filter((name) => name.startsWith(PREFIX));
  return names.map((name) => join(parent, name)).filter(isOwnDirectory);
}

/**
 * Makes a directory at `path` that is closed to other users, unless it is there.
 *
 * @param how `recursive`: makes missing parents, too
 * @returns whether it is there and belongs to this user, not to another who took the name
 */
export function makeOwnDirectory(path: string, { recursive = false } = {}): boolean {
  try {
    mkdirSync(path, { recursive, mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  return isOwnDirectory(path);
}

/** Whether it is a directory of this user, closed to all others. */
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
