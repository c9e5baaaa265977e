import { type Libc, LINUX } from './libc.ts';

const POLLFD_BYTES = 8;
const EVENTS_AT = 4;
const REVENTS_AT = 6;

/** Waits until one of several descriptors is readable. Blocks the thread. */
export class PollSet {
  readonly #libc: Libc;
  readonly #entries: Buffer;
  readonly #lasting: number;
  #count: number;

  /** @param room maximum number of extra descriptors per `wait` */
  constructor(libc: Libc, fds: readonly number[], room = 0) {
    this.#libc = libc;
    this.#lasting = fds.length;
    this.#entries = Buffer.alloc(POLLFD_BYTES * (fds.length + room));
    this.#count = this.#put(fds, 0);
  }

  /** Waits until a descriptor (of the set or `more`) is readable, or the timeout; -1: forever. */
  wait(timeoutMs: number, more: readonly number[] = []): void {
    this.#count = this.#put(more, this.#lasting);
    const result = this.#libc.poll(this.#entries, this.#count, timeoutMs);
    // None is ready; the kernel may have left stale results.
    if (result <= 0) for (let i = 0; i < this.#count; i++) this.#clear(i);
  }

  /** Whether the descriptor at `index` was readable or in error when `wait` returned. */
  isReady(index: number): boolean {
    return this.#entries.readInt16LE(index * POLLFD_BYTES + REVENTS_AT) !== 0;
  }

  /** @returns the new number of entries */
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
