import { EAGAIN, ECONNABORTED, EINTR, type Libc, LINUX } from '../../posix/libc.ts';
import { PollSet } from '../../posix/poll-set.ts';
import { wake } from '../../posix/socket-pair.ts';
import { DescriptorRing } from './descriptor-ring.ts';
import { type ListeningEntry, ListenTable } from './listen-table.ts';

/** What the accepting thread is started with. */
export interface AcceptLoopData {
  ring: SharedArrayBuffer;
  table: SharedArrayBuffer;
  /** This end of the pair of sockets by which both threads wake each other. */
  signalFd: number;
}

/** Wait after the process ran out of descriptors, in milliseconds. */
const BACK_OFF_MS = 100;

const NEW_SOCKET = LINUX.SOCK_NONBLOCK | LINUX.SOCK_CLOEXEC;

/**
 * Accepts connections in a thread of its own: Node has no public way to learn that a descriptor
 * is readable, so somebody has to wait in `poll`. Decides nothing; ends when the ring is stopped.
 */
export class AcceptLoop {
  readonly #libc: Libc;
  readonly #ring: DescriptorRing;
  readonly #table: ListenTable;
  readonly #signalFd: number;
  readonly #discarded = Buffer.alloc(64);

  constructor(libc: Libc, { ring, table, signalFd }: AcceptLoopData) {
    this.#libc = libc;
    this.#ring = new DescriptorRing(ring);
    this.#table = new ListenTable(table);
    this.#signalFd = signalFd;
  }

  run(): void {
    while (!this.#ring.isStopped) this.#acceptUntilChanged();
    for (const { fd } of this.#table.entries()) this.#libc.close(fd);
    this.#libc.close(this.#signalFd);
  }

  /** Accepts on the sockets that are in the table now, until the main thread says it changed. */
  #acceptUntilChanged(): void {
    const entries = this.#table.entries().filter((entry) => !this.#closeIfAsked(entry));
    const poll = new PollSet(this.#libc, [this.#signalFd, ...entries.map(({ fd }) => fd)]);
    for (;;) {
      poll.wait(-1);
      for (const [index, entry] of entries.entries()) {
        if (poll.isReady(index + 1)) this.#acceptAll(entry);
      }
      this.#wakeMain();
      if (!poll.isReady(0)) continue;
      this.#libc.read(this.#signalFd, this.#discarded, this.#discarded.length);
      return;
    }
  }

  /** What the kernel has completed is accepted before a socket is closed. */
  #closeIfAsked(entry: ListeningEntry): boolean {
    if (!entry.isClosing) return false;
    this.#acceptAll(entry);
    this.#libc.close(entry.fd);
    this.#table.closed(entry);
    this.#wakeMain();
    return true;
  }

  #acceptAll({ fd: listening, listener }: ListeningEntry): void {
    for (;;) {
      if (this.#ring.isFull) {
        this.#wakeMain();
        this.#ring.waitForRoom();
        if (this.#ring.isStopped) return;
      }
      const fd = this.#libc.accept4(listening, null, null, NEW_SOCKET);
      if (fd >= 0) {
        this.#ring.push({ listener, fd });
        continue;
      }
      const errno = this.#libc.errno();
      if (errno === EAGAIN) return;
      if (errno === EINTR || errno === ECONNABORTED) continue;
      this.#ring.push({ listener, fd: -errno });
      return this.#backOff();
    }
  }

  /** Most likely no descriptors are left: what is held now has to be served first. */
  #backOff(): void {
    this.#wakeMain();
    new PollSet(this.#libc, [this.#signalFd]).wait(BACK_OFF_MS);
  }

  #wakeMain(): void {
    if (this.#ring.length > 0 && this.#ring.takeSleep()) wake(this.#libc, this.#signalFd);
  }
}
