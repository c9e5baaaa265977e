import { writeSync } from 'node:fs';

import type { PipeLock } from './pipe-lock.ts';

export interface LineWriterOptions {
  fd: number;
  /** Lock shared with other writers to the same pipe. @default none */
  lock?: PipeLock | undefined;
  /** Maximum of queued characters; further lines are dropped. @default 8_388_608 */
  maxQueued?: number;
  /** Called with the number of dropped lines once writing succeeds again. */
  onTaken?: (dropped: number) => void;
}

/** Interval of writes with a lock: taking it costs system calls. */
const GATHER_MS = 10;

/** Interval of retries for a full pipe or a held lock. */
const RETRY_MS = 2;

const LINE_END = 10;

/** Time limit for the last lines of a process. */
const LAST_MS = 500;

/**
 * Writes whole lines to a descriptor: batched per turn of the loop, the last ones at process exit.
 * Pipe writes above PIPE_BUF (4,096 bytes) may interleave with those of other processes; a lock
 * keeps lines whole where several share a pipe.
 */
export class LineWriter {
  readonly #options: LineWriterOptions;
  readonly #maxQueued: number;
  #lines: string[] = [];
  #queued = 0;
  #dropped = 0;
  /** Dropped lines not reported yet. */
  #untold = 0;
  /** Unwritten rest of the current batch. */
  #rest: Uint8Array = new Uint8Array(0);
  #isScheduled = false;
  #hasLock = false;

  constructor(options: LineWriterOptions) {
    this.#options = options;
    this.#maxQueued = options.maxQueued ?? 8 * 1024 * 1024;
    process.on('exit', () => this.flushSync());
  }

  /** Lines dropped because the queue was full or writing failed. */
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

  /** Writes all queued lines synchronously, within half a second. */
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

  /** Writes as far as possible; returns whether all is written. */
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

  /** Returns false if the pipe is full. Keeps the lock then: a line may be half-written. */
  #writeRest(): boolean {
    try {
      while (this.#rest.length > 0) {
        this.#rest = this.#rest.subarray(writeSync(this.#options.fd, this.#rest));
      }
      this.#tell();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
      // The reader is gone or the disk is full, so drop the batch. Later lines try again.
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

/** Blocks the thread; only for the exit of a process. */
function sleepSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
