import { existsSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

import { isStaleSocket } from './stale-socket.ts';
import { makeTemporaryDirectory, temporaryDirectoriesIn } from './temporary-directory.ts';

/** A socket on which its process listens, so that others see whether it lives. */
const ALIVE = 'alive.sock';

/** Longest path of a unix socket on all systems, and longest name of one in the directory, in bytes. */
const MAX_SOCKET_PATH = 103;
const MAX_SOCKET_NAME = 20;

/** A directory of this process, which the next one of this user removes when this one was killed. */
export class LivingDirectory {
  readonly path: string;
  #alive: Server | undefined;

  constructor(path: string) {
    this.path = path;
    this.show();
  }

  /** Whether it is there and shows that its process lives. */
  get isShown(): boolean {
    return existsSync(join(this.path, ALIVE));
  }

  /** Shows it again, after something has removed it. */
  show(): void {
    this.close();
    this.#alive = createServer((socket) => socket.destroy()).unref();
    this.#alive.on('error', () => undefined);
    // A worker of `cluster` would have its primary listen.
    this.#alive.listen({ path: join(this.path, ALIVE), exclusive: true });
  }

  close(): void {
    this.#alive?.close();
  }
}

/**
 * Makes a directory that only this user may enter, with a path short enough for sockets, and removes
 * those beside it whose processes were killed.
 *
 * @throws Error which says why each place will not do
 */
export function makeLivingDirectory(): LivingDirectory {
  const living = new LivingDirectory(makeTemporaryDirectory(MAX_SOCKET_PATH - MAX_SOCKET_NAME - 1));
  void removeDead(living.path).catch(() => undefined);
  return living;
}

async function removeDead(beside: string): Promise<void> {
  await Promise.all(
    temporaryDirectoriesIn(dirname(beside)).map(async (other) => {
      if (!(await isStaleSocket(join(other, ALIVE)))) return;
      rmSync(other, { recursive: true, force: true });
    }),
  );
}
