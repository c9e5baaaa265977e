import { existsSync, rmSync } from 'node:fs';

import { processLifecycle } from './lifecycle.ts';
import { makeTemporaryDirectory } from './temporary-directory.ts';

let own: string | undefined;

/**
 * A directory that nobody but this user may enter: the group's, or one that is made when it is
 * first asked for and goes with the process. Another one is made when something has removed it.
 */
export function privateDirectory(): string {
  const { directory } = processLifecycle();
  if (directory !== undefined) return directory;
  if (own === undefined || !existsSync(own)) own = makeOwn();
  return own;
}

function makeOwn(): string {
  const directory = makeTemporaryDirectory();
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
