import { writeSync } from 'node:fs';

import type { PipeLock } from './pipe-lock.ts';

export interface LineWriterOptions {
  fd: number;
  /** Shared with the other processes that write to the same pipe. @default none */
  lock?: PipeLock | undefined;
  /** Most that waits to be written, in characters; the rest is dropped and counted. */
  maxQueued?: number;
  /** Called when lines are taken again, with how many were dropped before. */
  onTaken?: (dropped: number) => void;
}

/** With a lock, lines are gathered for so long, in milliseconds: taking it costs system calls. */
const GATHER_MS = 10;

/** Wait before the pipe, or the lock, is tried again, in milliseconds. */
const RETRY_MS = 2;

const LINE_END = 10;

/** Longest time for the last lines of a process, in milliseconds. */
const LAST_MS = 500;

/**
 * Writes whole lines to a descriptor, those of one turn of the loop together, and the last ones
 * when the process ends. A write of more than PIPE_BUF (4,096) bytes to a pipe can be mixed with
 * those of other processes; where several share a pipe, a lock keeps lines whole.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  readonly #maxQueued: number;
  #lines: string[] = [];
  #queued = 0;
  #dropped = 0;
  /** Of these, those that nobody was told of. */
  #untold = 0;
  /** What is being written, and how much of it is still to be. */
  #rest: Uint8Array = new Uint8Array(0);
  #isScheduled = false;
  #hasLock = false;

  constructor(options: LineWriterOptions) {
    this.#options = options;
    this.#maxQueued = options.maxQueued ?? 8 * 1024 * 1024;
    process.on('exit', () => this.flushSync());
  }

  /** Lines that there was no room for. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#queued + line.length > this.#maxQueued) {
      return this.#drop(1);
    }
    this.#lines.push(line);
    this.#queued += line.length;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    if (this.#options.lock === undefined) setImmediate(() => this.#flush());
    else setTimeout(() => this.#flush(), GATHER_MS);
  }

  /** Writes everything before it returns, within half a second. */
  flushSync(): void {
    const endsAt = performance.now() + LAST_MS;
    while (!this.#step()) {
      if (performance.now() >= endsAt) return this.#releaseLock();
      sleepSync(RETRY_MS);
    }
  }

  #flush(): void {
    if (this.#step()) this.#isScheduled = false;
    else setTimeout(() => this.#flush(), RETRY_MS);
  }

  /** Whether everything is written. */
  #step(): boolean {
    if (this.#rest.length === 0 && this.#lines.length === 0) return true;
    if (!this.#takeLock()) return false;
    this.#gather();
    if (!this.#writeRest()) return false;
    this.#releaseLock();
    return this.#lines.length === 0;
  }

  #gather(): void {
    if (this.#rest.length > 0) return;
    this.#rest = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#queued = 0;
  }

  /** False: the pipe is full. The lock is kept, because a part of a line may be in it. */
  #writeRest(): boolean {
    try {
      while (this.#rest.length > 0) {
        this.#rest = this.#rest.subarray(writeSync(this.#options.fd, this.#rest));
      }
      this.#tell();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
      // Nobody reads any more, or the disk is full: there is nowhere to say so. The next lines try again.
      this.#drop(this.#rest.filter((byte) => byte === LINE_END).length);
      this.#rest = new Uint8Array(0);
    }
    return true;
  }

  #drop(lines: number): void {
    this.#dropped += lines;
    this.#untold += lines;
  }

  #tell(): void {
    const untold = this.#untold;
    if (untold === 0) return;
    this.#untold = 0;
    this.#options.onTaken?.(untold);
  }

  #takeLock(): boolean {
    const { lock } = this.#options;
    if (lock === undefined || this.#hasLock) return true;
    const outcome = lock.tryAcquire();
    this.#hasLock = outcome !== 'held';
    if (outcome === 'broken') this.#lines.unshift('\n');
    return this.#hasLock;
  }

  #releaseLock(): void {
    if (this.#hasLock) this.#options.lock?.release();
    this.#hasLock = false;
  }
}

/** Only for the last moments of a process. */
function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
