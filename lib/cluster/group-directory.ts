import { existsSync, lstatSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

import { isStaleSocket } from '../common/stale-socket.ts';
import { makeTemporaryDirectory } from '../common/temporary-directory.ts';

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
  #alive: Server | undefined;
  #isRemoved = false;

  /** @throws Error when there is no place for it */
  constructor() {
    this.directory = makeTemporaryDirectory(MAX_SOCKET_PATH - REPORTS.length - 1);
    this.#listen();
  }

  /** Path of the unix socket on which the pages gather reports. */
  get reportsPath(): string {
    return join(this.directory, REPORTS);
  }

  /** Makes it again if it is gone; to be called now and then. Nothing happens where it can't be. */
  keep(): void {
    if (this.#isRemoved || existsSync(this.#alivePath)) return;
    try {
      mkdirSync(this.directory, { recursive: true, mode: OWNER_ONLY });
    } catch {
      return;
    }
    // Somebody else may have taken the name.
    if (isOwn(this.directory)) this.#listen();
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

/** Removes the directories beside this one whose groups were killed. */
export async function removeLeftDirectories({ directory }: GroupDirectory): Promise<void> {
  const parent = dirname(directory);
  const names = readdirSync(parent).filter((name) => name.startsWith('buttress-'));
  const others = names.map((name) => join(parent, name)).filter(isOwn);
  await Promise.all(
    others.map(async (other) => {
      if (!(await isStaleSocket(join(other, ALIVE)))) return;
      rmSync(other, { recursive: true, force: true });
    }),
  );
}

/** Whether it is a directory of this user's which nobody else may enter. */
function isOwn(path: string): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory() !== true || stats.uid !== process.getuid?.()) return false;
  return (stats.mode & 0o077) === 0;
}
