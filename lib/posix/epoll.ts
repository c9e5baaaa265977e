import { ENOENT, type Libc, LINUX, succeeded } from './libc.ts';

/** x64 packs the struct; other architectures align its second member. */
const [EVENT_BYTES, DATA_AT] = process.arch === 'x64' ? [12, 4] : [16, 8];

/** Events returned by one wait; more come with the next. */
const MAX_EVENTS = 64;

/** Creates an epoll descriptor, to pass on. @throws the system error */
export function createEpoll(libc: Libc): number {
  return succeeded(libc, libc.epollCreate1(LINUX.EPOLL_CLOEXEC), 'epoll_create1');
}

/**
 * An epoll descriptor, possibly shared by processes. Entries belong to a descriptor number and its
 * open file, so each process changes the entries of its own numbers.
 */
export class Epoll {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #event = Buffer.alloc(EVENT_BYTES);
  readonly #events = Buffer.alloc(EVENT_BYTES * MAX_EVENTS);

  constructor(libc: Libc, fd: number) {
    this.#libc = libc;
    this.#fd = fd;
  }

  /** Reports `fd` while it is readable. @returns false if the kernel is short of memory */
  watch(fd: number): boolean {
    return this.#control(LINUX.EPOLL_CTL_ADD, fd, LINUX.EPOLLIN) === 0;
  }

  /** Reports `fd` once: now if it is readable, else as soon as it is. */
  arm(fd: number): void {
    const events = LINUX.EPOLLIN | LINUX.EPOLLONESHOT;
    if (this.#control(LINUX.EPOLL_CTL_MOD, fd, events) === 0) return;
    if (this.#libc.errno() === ENOENT) this.#control(LINUX.EPOLL_CTL_ADD, fd, events);
  }

  /** Closing a descriptor forgets it too, but only with its last copy. */
  forget(fd: number): void {
    this.#libc.epollCtl(this.#fd, LINUX.EPOLL_CTL_DEL, fd, null);
  }

  /**
   * Waits for the first event; -1: forever. Blocks the thread.
   *
   * @returns descriptors, as numbered in the process that watched or armed them
   */
  wait(timeoutMs: number): number[] {
    const count = this.#libc.epollWait(this.#fd, this.#events, MAX_EVENTS, timeoutMs);
    const fds: number[] = [];
    for (let index = 0; index < count; index++) {
      fds.push(this.#events.readInt32LE(index * EVENT_BYTES + DATA_AT));
    }
    return fds;
  }

  #control(operation: number, fd: number, events: number): number {
    this.#event.writeUInt32LE(events, 0);
    this.#event.writeInt32LE(fd, DATA_AT);
    return this.#libc.epollCtl(this.#fd, operation, fd, this.#event);
  }
}
