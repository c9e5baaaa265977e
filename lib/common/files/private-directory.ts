import { existsSync, rmSync } from 'node:fs';

import { processLifecycle } from '../process/lifecycle.ts';
import { LivingDirectory, makeLivingDirectory } from './living-directory.ts';
import { makeOwnDirectory } from './temporary-directory.ts';

/** File in it by which the metrics of a group outlive its processes. */
export const KEPT_METRICS = 'metrics.json';

let own: LivingDirectory | undefined;

/**
 * Directory private to this user: the group's, or an own one, created at first use and removed at
 * process exit. Recreated if something removed it.
 */
export function privateDirectory(): string {
  return privateDirectoryIfAny() ?? makeOwn();
}

/** The private directory, or undefined if it was not used yet or was removed. */
export function privateDirectoryIfAny(): string | undefined {
  const { directory } = processLifecycle();
  if (directory !== undefined) return directory;
  return own !== undefined && existsSync(own.path) ? own.path : undefined;
}

/**
 * Makes a directory that was given before again, with its sign of life.
 *
 * @throws Error if another user has taken its name, or it can't be made
 */
export function remakePrivateDirectory(path: string): void {
  if (!makeOwnDirectory(path, { recursive: true })) {
    throw new Error(`${path} is not a directory of this user alone`);
  }
  if (own?.path === path && !own.isShown) own.show();
}

function makeOwn(): string {
  own?.close();
  const living = makeLivingDirectory();
  own = living;
  process.once('exit', () => rmSync(living.path, { recursive: true, force: true }));
  return living.path;
}
