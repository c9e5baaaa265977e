import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

import { isStaleSocket } from '../common/stale-socket.ts';
import {
  isOwnDirectory,
  makeTemporaryDirectory,
  temporaryDirectoriesIn,
} from '../common/temporary-directory.ts';
import { GroupStartError } from './cluster.errors.ts';
import type { PrimaryLog } from './primary-log.ts';

/** Longest path of a unix socket on all systems, in bytes. */
const MAX_SOCKET_PATH = 103;

const REPORTS = 'reports.sock';

/** A socket on which the primary listens, so that others see whether it lives. */
const ALIVE = 'alive.sock';

const OWNER_ONLY = 0o700;

/**
 * A directory of the group's own, which nobody else may enter. It is made again when something has
 * removed it, and the next start removes it when the group was killed.
 */
export class GroupDirectory {
  readonly directory: string;
  readonly #onLost: () => void;
  #alive: Server | undefined;
  #isRemoved = false;
  #isLost = false;

  /**
   * @param onLost called when it is gone and can't be made again
   * @throws Error when there is no place for it
   */
  constructor(onLost: () => void) {
    this.#onLost = onLost;
    this.directory = makeTemporaryDirectory(MAX_SOCKET_PATH - REPORTS.length - 1);
    this.#listen();
  }

  /** Path of the unix socket on which the pages gather reports. */
  get reportsPath(): string {
    return join(this.directory, REPORTS);
  }

  /** Makes it again if it is gone; to be called now and then. */
  keep(): void {
    if (this.#isRemoved || existsSync(this.#alivePath)) return;
    const isThere = makeAgain(this.directory);
    if (isThere) this.#listen();
    else if (!this.#isLost) this.#onLost();
    this.#isLost = !isThere;
  }

  remove(): void {
    this.#isRemoved = true;
    this.#alive?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get #alivePath(): string {
    return join(this.directory, ALIVE);
  }

  #listen(): void {
    this.#alive?.close();
    this.#alive = createServer((socket) => socket.destroy()).unref();
    this.#alive.on('error', () => undefined);
    this.#alive.listen(this.#alivePath);
  }
}

const LOST =
  'the directory of the group is gone and can not be made again; ' +
  'pages hear of no new workers until it can';

/**
 * Opens the directory of a group, and removes those of killed ones beside it.
 *
 * @param isNeeded whether there are pages, which hear of the workers by a socket in it
 * @throws GroupStartError when it is needed and there is no place for it
 */
export function openGroupDirectory(log: PrimaryLog, isNeeded: boolean): GroupDirectory | undefined {
  try {
    const directory = new GroupDirectory(() => {
      log('warn', LOST, { directory: directory.directory });
    });
    void removeLeftDirectories(directory).catch(() => undefined);
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

/** Removes the directories beside this one whose groups were killed. */
async function removeLeftDirectories({ directory }: GroupDirectory): Promise<void> {
  await Promise.all(
    temporaryDirectoriesIn(dirname(directory)).map(async (other) => {
      if (!(await isStaleSocket(join(other, ALIVE)))) return;
      rmSync(other, { recursive: true, force: true });
    }),
  );
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
