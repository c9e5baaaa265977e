import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';

/**
 * Lets one process at a time write to what several share. A file that exists is the lock; in it
 * stands who holds it, so that the lock of a process that was killed can be broken. It comes into
 * being as a link to a file that is complete: no moment of it leaves a lock that names nobody.
 */
export class PipeLock {
  readonly #path: string;
  readonly #own: string;
  #isPrepared = false;

  constructor(path: string) {
    this.#path = path;
    this.#own = `${path}.${process.pid}`;
  }

  /** `broken`: acquired, and the one before may have left something half-written. */
  tryAcquire(): 'acquired' | 'broken' | 'held' {
    if (this.#create()) return 'acquired';
    if (!isAbandoned(this.#path) || !this.#break()) return 'held';
    return this.#create() ? 'broken' : 'held';
  }

  release(): void {
    remove(this.#path);
  }

  #create(): boolean {
    try {
      if (!this.#isPrepared) writeFileSync(this.#own, String(process.pid), { mode: 0o600 });
      this.#isPrepared = true;
      linkSync(this.#own, this.#path);
      return true;
    } catch (error) {
      // Without a place for the lock there is nothing to wait for.
      return (error as NodeJS.ErrnoException).code !== 'EEXIST';
    }
  }

  /** Takes the lock away. False: another process was faster, and what it has is given back. */
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

/** Whether the process that a lock names is gone, or is this one, which does not hold it. */
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
    // It is gone: another process broke it, or the group's directory went with the group.
  }
}
