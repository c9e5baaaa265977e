import { existsSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';

import { isStaleSocket } from './stale-socket.ts';
import { makeTemporaryDirectory, temporaryDirectoriesIn } from './temporary-directory.ts';

/** Socket on which the owner listens, as a sign of life. */
const ALIVE = 'alive.sock';

/** Longest unix socket path portable to all systems, and longest socket name here, in bytes. */
const MAX_SOCKET_PATH = 103;
const MAX_SOCKET_NAME = 20;

/** Directory of this process; the user's next process removes it if this one was killed. */
export class LivingDirectory {
  readonly path: string;
  #alive: Server | undefined;

  constructor(path: string) {
    this.path = path;
    this.show();
  }

  /** Whether the directory exists with its sign of life. */
  get isShown(): boolean {
    return existsSync(join(this.path, ALIVE));
  }

  /** Recreates the sign of life after something removed it. */
  show(): void {
    this.close();
    this.#alive = createServer((socket) => socket.destroy()).unref();
    this.#alive.on('error', () => undefined);
    // Otherwise a worker of `cluster` would have its primary listen.
    this.#alive.listen({ path: join(this.path, ALIVE), exclusive: true });
  }

  close(): void {
    this.#alive?.close();
  }
}

/**
 * Creates a directory private to this user, with a path short enough for sockets. Removes sibling
 * directories of killed processes.
 *
 * @throws Error that gives a reason per location
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
