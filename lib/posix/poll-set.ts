import { type Libc, LINUX } from './libc.ts';

const POLLFD_BYTES = 8;
const EVENTS_AT = 4;
const REVENTS_AT = 6;

/** Descriptors of which one is waited for to become readable. Blocks the thread. */
export class PollSet {
  readonly #libc: Libc;
  readonly #entries: Buffer;
  readonly #count: number;

  constructor(libc: Libc, fds: readonly number[]) {
    this.#libc = libc;
    this.#count = fds.length;
    this.#entries = Buffer.alloc(POLLFD_BYTES * fds.length);
    for (const [index, fd] of fds.entries()) {
      this.#entries.writeInt32LE(fd, index * POLLFD_BYTES);
      this.#entries.writeInt16LE(LINUX.POLLIN, index * POLLFD_BYTES + EVENTS_AT);
    }
  }

  /** Waits until one is readable or the time is up; -1 waits without an end. */
  wait(timeoutMs: number): void {
    const result = this.#libc.poll(this.#entries, this.#count, timeoutMs);
    // Nothing is ready then; what the kernel left in the entries means nothing.
    if (result <= 0) for (let i = 0; i < this.#count; i++) this.#clear(i);
  }

  /** Whether the one at `index` was readable, or broken, when `wait` returned. */
  isReady(index: number): boolean {
    return this.#entries.readInt16LE(index * POLLFD_BYTES + REVENTS_AT) !== 0;
  }

  #clear(index: number): void {
    this.#entries.writeInt16LE(0, index * POLLFD_BYTES + REVENTS_AT);
  }
}
