import { existsSync, rmSync } from 'node:fs';

import { processLifecycle } from './lifecycle.ts';
import { LivingDirectory, makeLivingDirectory } from './living-directory.ts';

let own: LivingDirectory | undefined;

/**
 * A directory that nobody but this user may enter: the group's, or one that is made when it is
 * first asked for and goes with the process. Another one is made when something has removed it.
 */
export function privateDirectory(): string {
  return privateDirectoryIfAny() ?? makeOwn();
}

/** The same; undefined: nobody has asked for it yet, or something has removed it. */
export function privateDirectoryIfAny(): string | undefined {
  const { directory } = processLifecycle();
  if (directory !== undefined) return directory;
  return own !== undefined && existsSync(own.path) ? own.path : undefined;
}

function makeOwn(): string {
  own?.close();
  const living = makeLivingDirectory();
  own = living;
  process.once('exit', () => rmSync(living.path, { recursive: true, force: true }));
  return living.path;
}
