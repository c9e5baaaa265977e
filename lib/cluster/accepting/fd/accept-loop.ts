import { monotonicClock } from '../../../common/clock.ts';
import { EAGAIN, ECONNABORTED, EINTR, type Libc, LINUX } from '../../../posix/libc.ts';
import { PollSet } from '../../../posix/poll-set.ts';
import { wake } from '../../../posix/socket-pair.ts';
import { type AcceptedEntry, DescriptorRing } from './descriptor-ring.ts';
import { type ListeningEntry, ListenTable } from './listen-table.ts';
import { type SilenceLimits, SilentConnections } from './silent-connections.ts';

/** Start data of the accept thread. */
export interface AcceptLoopData extends SilenceLimits {
  ring: SharedArrayBuffer;
  table: SharedArrayBuffer;
  /** This end of the socket pair on which both threads wake each other. */
  signalFd: number;
}

/** Pause after accept fails, most likely because the process is out of descriptors. */
const BACK_OFF_MS = 100;

/** Connections accepted from one socket per turn, so that a flood on one port starves no other. */
const AT_ONCE = 32;

/** Connections accepted from a socket before it is closed: enough for a full backlog. */
const AT_LAST = 4_096;

const NEW_SOCKET = LINUX.SOCK_NONBLOCK | LINUX.SOCK_CLOEXEC;

/**
 * Accepts connections in a thread of its own, which blocks in `poll`: Node has no public way to
 * wait for a readable descriptor. Where clients speak first, waits for their first bytes too. Ends
 * when the ring is stopped.
 */
export class AcceptLoop {
  readonly #libc: Libc;
  readonly #ring: DescriptorRing;
  readonly #table: ListenTable;
  readonly #signalFd: number;
  readonly #silent: SilentConnections;
  readonly #discarded = Buffer.alloc(64);

  constructor(libc: Libc, { ring, table, signalFd, ...limits }: AcceptLoopData) {
    this.#libc = libc;
    this.#ring = new DescriptorRing(ring);
    this.#table = new ListenTable(table);
    this.#signalFd = signalFd;
    this.#silent = new SilentConnections(limits);
  }

  run(): void {
    while (!this.#ring.isStopped) this.#acceptUntilChanged();
    for (const { fd } of this.#silent.takeAll()) this.#libc.close(fd);
    for (const { fd } of this.#table.entries()) this.#libc.close(fd);
    this.#libc.close(this.#signalFd);
  }

  /** Accepts on the sockets in the table until the main thread signals that the table changed. */
  #acceptUntilChanged(): void {
    const entries = this.#table.entries().filter((entry) => !this.#closeIfAsked(entry));
    const lasting = [this.#signalFd, ...entries.map(({ fd }) => fd)];
    const poll = new PollSet(this.#libc, lasting, this.#silent.max);
    for (;;) {
      poll.wait(this.#silent.waitMs(monotonicClock.now()), this.#silent.fds);
      const hasSpoken = (index: number): boolean => poll.isReady(lasting.length + index);
      this.#pushAll(this.#silent.take(hasSpoken, monotonicClock.now()));
      for (const [index, entry] of entries.entries()) {
        if (poll.isReady(index + 1)) this.#accept(entry, AT_ONCE);
      }
      this.#wakeMain();
      if (!poll.isReady(0)) continue;
      this.#libc.read(this.#signalFd, this.#discarded, this.#discarded.length);
      return;
    }
  }

  /** Accepts the connections in the backlog, then closes a socket that is marked as closing. */
  #closeIfAsked(entry: ListeningEntry): boolean {
    if (!entry.isClosing) return false;
    this.#accept(entry, AT_LAST);
    this.#pushAll(this.#silent.takeAll());
    this.#libc.close(entry.fd);
    this.#table.closed(entry);
    this.#wakeMain();
    return true;
  }

  #accept({ fd: listening, listener, clientFirst }: ListeningEntry, most: number): void {
    for (let left = most; left > 0; left--) {
      if (!this.#hasRoom()) return;
      const fd = this.#libc.accept4(listening, null, null, NEW_SOCKET);
      if (fd >= 0) {
        this.#accepted({ listener, fd }, clientFirst);
        continue;
      }
      const errno = this.#libc.errno();
      if (errno === EAGAIN) return;
      if (errno === EINTR || errno === ECONNABORTED) continue;
      this.#ring.push({ listener, fd: -errno });
      return this.#backOff();
    }
  }

  #accepted(entry: AcceptedEntry, clientFirst: boolean): void {
    const next = clientFirst ? this.#silent.add(entry, monotonicClock.now()) : entry;
    if (next !== undefined) this.#ring.push(next);
    this.#ring.behind = this.#silent.length;
  }

  #pushAll(entries: readonly AcceptedEntry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) {
      if (this.#hasRoom()) this.#ring.push(entry);
      else this.#libc.close(entry.fd);
    }
    this.#ring.behind = this.#silent.length;
  }

  /** Waits for space in the ring. @returns false once the ring is stopped */
  #hasRoom(): boolean {
    if (this.#ring.isFull) {
      this.#wakeMain();
      this.#ring.waitForRoom();
    }
    return !this.#ring.isStopped;
  }

  /** Passes on the silent connections first: serving them is what frees descriptors. */
  #backOff(): void {
    this.#pushAll(this.#silent.takeAll());
    this.#wakeMain();
    new PollSet(this.#libc, [this.#signalFd]).wait(BACK_OFF_MS);
  }

  #wakeMain(): void {
    if (this.#ring.length > 0 && this.#ring.takeSleep()) wake(this.#libc, this.#signalFd);
  }
}
