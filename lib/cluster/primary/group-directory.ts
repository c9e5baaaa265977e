import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { type LivingDirectory, makeLivingDirectory } from '../../common/living-directory.ts';
import { isOwnDirectory } from '../../common/temporary-directory.ts';
import { GroupStartError } from '../cluster.errors.ts';
import type { PrimaryLog } from '../primary-log.ts';

const REPORTS = 'reports.sock';

const OWNER_ONLY = 0o700;

/**
 * A directory of the group's own, which nobody else may enter. It is made again when something has
 * removed it, and the next start removes it when the group was killed.
 */
export class GroupDirectory {
  readonly #living: LivingDirectory;
  readonly #onLost: () => void;
  #isRemoved = false;
  #isLost = false;

  /**
   * @param onLost called when it is gone and can't be made again
   * @throws Error when there is no place for it
   */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
    this.#living = makeLivingDirectory();
  }

  get directory(): string {
    return this.#living.path;
  }

  /** Path of the unix socket on which the pages gather reports. */
  get reportsPath(): string {
    return join(this.directory, REPORTS);
  }

  /** Makes it again if it is gone; to be called now and then. */
  keep(): void {
    if (this.#isRemoved || this.#living.isShown) return;
    const isThere = makeAgain(this.directory);
    if (isThere) this.#living.show();
    else if (!this.#isLost) this.#onLost();
    this.#isLost = !isThere;
  }

  remove(): void {
    this.#isRemoved = true;
    this.#living.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const LOST =
  'the directory of the group is gone and can not be made again; ' +
  'pages hear of no new workers until it can';

/**
 * Opens the directory of a group.
 *
 * @param isNeeded whether there are pages, which hear of the workers by a socket in it
 * @throws GroupStartError when it is needed and there is no place for it
 */
export function openGroupDirectory(log: PrimaryLog, isNeeded: boolean): GroupDirectory | undefined {
  try {
    const directory = new GroupDirectory(() => {
      log('warn', LOST, { directory: directory.directory });
    });
    return directory;
  } catch (error) {
    const { message: reason } = error as Error;
    if (isNeeded) {
      const message =
        'cannot make a directory for the group; point TMPDIR to one that it may write to';
      throw new GroupStartError(`${message}: ${reason}`);
    }
    const lost = 'the stacks of workers that are killed for a blocked event loop are not kept';
    log('warn', lost, { reason });
    return undefined;
  }
}

/** @returns whether it is there, and not by somebody else who has taken the name */
function makeAgain(path: string): boolean {
  try {
    mkdirSync(path, { recursive: true, mode: OWNER_ONLY });
    return isOwnDirectory(path);
  } catch {
    return false;
  }
}
