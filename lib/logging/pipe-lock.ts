import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

import { OWNER_ONLY } from '../common/files/owner-only.ts';

/**
 * Mutual exclusion between processes that share an output. The lock is a file that names its owner,
 * so that a killed owner's lock can be broken. It is created as a link to a complete file, so it
 * never lacks its owner.
 */
export class PipeLock {
  readonly #path: string;
  readonly #own: string;
  /** Whether the lock's file is this process's. */
  #isLinked = false;

  constructor(path: string) {
    this.#path = path;
    this.#own = `${path}.${process.pid}`;
  }

  /** `broken`: acquired from a dead owner, which may have left a partial line. */
  tryAcquire(): 'acquired' | 'broken' | 'held' {
    if (this.#create()) return 'acquired';
    if (!isAbandoned(this.#path) || !this.#break()) return 'held';
    return this.#create() ? 'broken' : 'held';
  }

  release(): void {
    if (this.#isLinked) remove(this.#path);
    this.#isLinked = false;
  }

  #create(): boolean {
    const outcome = this.#link();
    // Its directory was cleaned; others may lock in it again.
    if (outcome !== 'ENOENT' || !this.#prepare()) return outcome !== 'EEXIST';
    return this.#link() !== 'EEXIST';
  }

  /** Returns the system error code; undefined: locked. */
  #link(): string | undefined {
    try {
      linkSync(this.#own, this.#path);
      this.#isLinked = true;
      return undefined;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code ?? '';
    }
  }

  /** Returns false without a directory, in which case there is nothing to wait for. */
  #prepare(): boolean {
    remove(this.#own);
    try {
      // Follows no link of another user, who may have made the directory anew.
      writeFileSync(this.#own, String(process.pid), { mode: OWNER_ONLY, flag: 'wx' });
      return true;
    } catch {
      return false;
    }
  }

  /** Removes an abandoned lock. Returns false, and restores a live lock, if another was faster. */
  #break(): boolean {
    const taken = `${this.#own}.broken`;
    try {
      renameSync(this.#path, taken);
      if (isAbandoned(taken)) return true;
      linkSync(taken, this.#path);
      return false;
    } catch {
      return false;
    } finally {
      remove(taken);
    }
  }
}

/** Whether the owner is dead, or is this process, which does not hold the lock. */
function isAbandoned(path: string): boolean {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    process.kill(pid, 0);
    return pid === process.pid;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Already gone: another process broke it, or the group's directory was removed.
  }
}
