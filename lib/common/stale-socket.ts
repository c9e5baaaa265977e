import { lstatSync, rmSync } from 'node:fs';
import { connect } from 'node:net';

/** A living process accepts at once, or its backlog is full: then it lives, too. */
const ANSWER_WITHIN_MS = 1_000;

/**
 * Removes the socket that a killed process left at a path, so that the path can be listened on
 * again. A socket on which somebody listens stays, and so does anything that is no socket.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  if (await isStaleSocket(path)) rmSync(path, { force: true });
}

/** Whether it is a socket on which nobody listens. */
export async function isStaleSocket(path: string): Promise<boolean> {
  return isSocket(path) && (await connectionError(path)) === 'ECONNREFUSED';
}

function isSocket(path: string): boolean {
  // Of Linux, in no directory.
  if (path.startsWith('\0')) return false;
  return lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}

/** The system's code; undefined when somebody answers. */
function connectionError(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (code?: string): void => {
      socket.destroy();
      resolve(code);
    };
    socket.setTimeout(ANSWER_WITHIN_MS, () => end());
    socket.once('connect', () => end());
    socket.once('error', ({ code }: NodeJS.ErrnoException) => end(code));
  });
}
