import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { GroupStartError } from './cluster.errors.ts';

/** A directory of the group's own, which nobody else may enter. */
export interface GroupDirectory {
  readonly directory: string;
  /** Path of the unix socket on which the pages gather reports. */
  readonly reportsPath: string;
  remove(): void;
}

/** Makes the directory; `mkdtemp` gives it mode 0700. @throws GroupStartError when it can't */
export function makeGroupDirectory(): GroupDirectory {
  const directory = makeDirectory();
  return {
    directory,
    reportsPath: join(directory, 'reports.sock'),
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

function makeDirectory(): string {
  try {
    return mkdtempSync(join(tmpdir(), 'buttress-'));
  } catch (error) {
    const { message } = error as Error;
    throw new GroupStartError(`cannot make a directory for the group: ${message}`);
  }
}
