import { lstatSync, rmSync, type Stats } from 'node:fs';
import { connect } from 'node:net';

/** Time to wait for a connection; a full backlog, too, means that the process lives. */
const ANSWER_WITHIN_MS = 1_000;

/**
 * Removes the socket that a killed process left at a path, so that the path can be used again.
 * Keeps sockets in use and anything that is no socket.
 */
export async function removeStaleSocket(path: string): Promise<void> {
  const before = inodeOf(path);
  if (!(await isStaleSocket(path))) return;
  // Another process may have been faster, and listens there by now.
  if (inodeOf(path) === before) rmSync(path, { force: true });
}

/** Whether the path is a socket on which no process listens. */
export async function isStaleSocket(path: string): Promise<boolean> {
  return isSocket(path) && (await connectionError(path)) === 'ECONNREFUSED';
}

function isSocket(path: string): boolean {
  return statsOf(path)?.isSocket() === true;
}

function inodeOf(path: string): number | undefined {
  return statsOf(path)?.ino;
}

function statsOf(path: string): Stats | undefined {
  // Abstract sockets of Linux are in no directory.
  if (path.startsWith('\0')) return undefined;
  return lstatSync(path, { throwIfNoEntry: false });
}

/** System error code; undefined if the connection is accepted or times out. */
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
