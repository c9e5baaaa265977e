import { type Libc, LINUX } from './libc.ts';

const POLLFD_BYTES = 8;
const EVENTS_AT = 4;
const REVENTS_AT = 6;

/** Descriptors of which one is waited for to become readable. Blocks the thread. */
export class PollSet {
  readonly #libc: Libc;
  readonly #entries: Buffer;
  readonly #lasting: number;
  #count: number;

  /** `room`: how many more there may be for one wait. */
  constructor(libc: Libc, fds: readonly number[], room = 0) {
    this.#libc = libc;
    this.#lasting = fds.length;
    this.#entries = Buffer.alloc(POLLFD_BYTES * (fds.length + room));
    this.#count = this.#put(fds, 0);
  }

  /** Waits until one is readable, of these or of `more`, or the time is up; -1: without an end. */
  wait(timeoutMs: number, more: readonly number[] = []): void {
    this.#count = this.#put(more, this.#lasting);
    const result = this.#libc.poll(this.#entries, this.#count, timeoutMs);
    // Nothing is ready then; what the kernel left in the entries means nothing.
    if (result <= 0) for (let i = 0; i < this.#count; i++) this.#clear(i);
  }

  /** Whether the one at `index` was readable, or broken, when `wait` returned. */
  isReady(index: number): boolean {
    return this.#entries.readInt16LE(index * POLLFD_BYTES + REVENTS_AT) !== 0;
  }

  /** @returns how many there are with them */
  #put(fds: readonly number[], from: number): number {
    for (const [index, fd] of fds.entries()) {
      const at = (from + index) * POLLFD_BYTES;
      this.#entries.writeInt32LE(fd, at);
      this.#entries.writeInt16LE(LINUX.POLLIN, at + EVENTS_AT);
    }
    return from + fds.length;
  }

  #clear(index: number): void {
    this.#entries.writeInt16LE(0, index * POLLFD_BYTES + REVENTS_AT);
  }
}
