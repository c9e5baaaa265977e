import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { processLifecycle } from './lifecycle.ts';

let own: string | undefined;

/**
 * A directory that nobody but this user may enter: the group's, or one that is made when it is
 * first asked for and goes with the process.
 */
export function privateDirectory(): string {
  return processLifecycle().directory ?? (own ??= makeOwn());
}

function makeOwn(): string {
  const directory = mkdtempSync(join(tmpdir(), 'buttress-'));
  process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
