import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { type LivingDirectory, makeLivingDirectory } from '../../common/files/living-directory.ts';
import { KEPT_METRICS } from '../../common/files/private-directory.ts';
import { makeOwnDirectory } from '../../common/files/temporary-directory.ts';
import { GroupStartError } from '../cluster.errors.ts';
import type { PrimaryLog } from '../primary-log.ts';

const REPORTS = 'reports.sock';

/**
 * Private directory of the group, closed to other users. Recreated when it is removed; after a
 * killed group, the next start removes it.
 */
export class GroupDirectory {
  readonly #living: LivingDirectory;
  readonly #onLost: () => void;
  #isRemoved = false;
  #isLost = false;

  /**
   * @param onLost called when it is gone and can't be recreated
   * @throws Error when no place for it is found
   */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
    this.#living = makeLivingDirectory();
  }

  get directory(): string {
    return this.#living.path;
  }

  /** Path of the unix socket on which the pages collect reports. */
  get reportsPath(): string {
    return join(this.directory, REPORTS);
  }

  /** Recreates the directory if it is gone. Call it regularly. */
  keep(): void {
    if (this.#isRemoved || this.#living.isShown) return;
    const isThere = makeOwnDirectory(this.directory, { recursive: true });
    if (isThere) this.#living.show();
    else if (!this.#isLost) this.#onLost();
    this.#isLost = !isThere;
  }

  /** Leaves it to the successor's pages, which remove it once they have read the metrics in it. */
  leave(): void {
    // They have; a later `keep` made it again.
    if (!existsSync(join(this.directory, KEPT_METRICS))) return this.remove();
    this.#isRemoved = true;
    this.#living.close();
  }

  remove(): void {
    this.#isRemoved = true;
    this.#living.close();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

const LOST =
  'the directory of the group is gone and cannot be recreated; ' +
  'the pages do not see new workers until it is';

/**
 * Opens the directory of a group; undefined where none can be made and none is needed.
 *
 * @param isNeeded whether there are pages, which find the workers by a socket in it
 * @throws GroupStartError when it is needed and no place for it is found
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
      const message = 'cannot create a directory for the group; set TMPDIR to a writable directory';
      throw new GroupStartError(`${message}: ${reason}`);
    }
    const lost = 'the stacks of workers that are killed for a blocked event loop are not kept';
    log('warn', lost, { reason });
    return undefined;
  }
}
