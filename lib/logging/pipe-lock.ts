import { closeSync, openSync, readFileSync, unlinkSync, writeSync } from 'node:fs';

/**
 * Lets one process at a time write to what several share. A file that exists is the lock; in it
 * stands who holds it, so that the lock of a process that was killed can be broken.
 */
export class PipeLock {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** `broken`: acquired, and the one before may have left something half-written. */
  tryAcquire(): 'acquired' | 'broken' | 'held' {
    if (this.#create()) return 'acquired';
    if (!this.#isAbandoned()) return 'held';
    this.release();
    return this.#create() ? 'broken' : 'held';
  }

  release(): void {
    try {
      unlinkSync(this.#path);
    } catch {
      // The group's directory is gone, and with it the group.
    }
  }

  #create(): boolean {
    try {
      const fd = openSync(this.#path, 'wx', 0o600);
      writeSync(fd, String(process.pid));
      closeSync(fd);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      // Without a place for the lock there is nothing to wait for.
      return true;
    }
  }

  #isAbandoned(): boolean {
    try {
      const pid = Number(readFileSync(this.#path, 'utf8'));
      if (pid === 0) return false;
      process.kill(pid, 0);
      return pid === process.pid;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ESRCH';
    }
  }
}
