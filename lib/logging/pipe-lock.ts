import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

/**
 * Mutual exclusion between processes that share an output. The lock is a file that names its owner,
 * so that a killed owner's lock can be broken. It is created as a link to a complete file, so it
 * never lacks its owner.
 */
export class PipeLock {
  readonly #path: string;
  readonly #own: string;
  #isPrepared = false;

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
    remove(this.#path);
  }

  #create(): boolean {
    // Without a directory for the lock there is nothing to wait for.
    if (!this.#isPrepared && !this.#prepare()) return true;
    try {
      linkSync(this.#own, this.#path);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== 'ENOENT') return code !== 'EEXIST';
      // The directory was cleaned; others may lock in it again.
      this.#isPrepared = false;
      return this.#prepare() ? this.#create() : true;
    }
  }

  #prepare(): boolean {
    try {
      writeFileSync(this.#own, String(process.pid), { mode: 0o600 });
      this.#isPrepared = true;
    } catch {
      this.#isPrepared = false;
    }
    return this.#isPrepared;
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
