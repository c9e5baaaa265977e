import type { Libc } from './libc.ts';

const PR_SET_PDEATHSIG = 1;
const SIGKILL = 9;
const NONE = 0;

/**
 * Has the kernel kill this process when its parent ends, also while its event loop is blocked
 * (PR_SET_PDEATHSIG of prctl(2)). Call it in the main thread.
 *
 * @param parent expected process id of the parent
 * @returns a function that clears the signal
 */
export function dieWithParent(libc: Libc, parent: number): () => void {
  libc.prctl(PR_SET_PDEATHSIG, SIGKILL);
  // It ended before the kernel knew.
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  return () => void libc.prctl(PR_SET_PDEATHSIG, NONE);
}
