import { monotonicClock } from '../../../common/clock.ts';
import { RunningClock } from '../../../common/running-clock.ts';
import { waitingAt } from '../../../posix/backlog.ts';
import { Epoll } from '../../../posix/epoll.ts';
import {
  EAGAIN,
  ECONNABORTED,
  EINTR,
  EMFILE,
  ENFILE,
  type Libc,
  LINUX,
  NEW_SOCKET,
} from '../../../posix/libc.ts';
import { mapSharedWords } from '../../../posix/shared-words.ts';
import { wake } from '../../../posix/socket-pair.ts';
import type { ResolvedAcceptQueueOptions } from '../../group.options.ts';
import { BOARD_BYTES, InvitationBoard } from '../../protocol/invite/board.ts';
import {
  countLooking,
  countTakers,
  isLooking,
  pickSleeper,
  TAKEN_PER_TURN,
} from '../../protocol/invite/standing.ts';
import { KernelQueue } from './kernel-queue.ts';
import { LingeringDescriptors, type LingeringLimits } from './lingering.ts';
import { LOOK_EVERY_MS, LookPace } from './look-pace.ts';
import {
  CLOSING,
  ENDING,
  FREE,
  LEAVING,
  OPEN,
  type SocketEntry,
  WatchTable,
} from './watch-table.ts';

/** Start data of the watching thread. */
export interface WatchLoopData {
  table: SharedArrayBuffer;
  boardFd: number;
  epollFd: number;
  /** Signalled by the main thread when the table has changed. */
  signalFd: number;
  queue: Pick<ResolvedAcceptQueueOptions, 'maxWaitMs' | 'targetMs' | 'intervalMs'>;
  lingering: LingeringLimits;
}

/** Interval between looks while workers are awake and blocked, and nothing waits. */
const LOOK_SELDOM_MS = 20;

/**
 * Watches the backlogs of the listening sockets in a thread of its own, which blocks in the kernel.
 * Passes no connection on: rings workers, which accept by themselves, and refuses from the head what
 * waits too long. Ends when the table is stopped.
 */
export class WatchLoop {
  readonly #libc: Libc;
  readonly #table: WatchTable;
  readonly #board: InvitationBoard;
  readonly #epoll: Epoll;
  readonly #data: WatchLoopData;
  readonly #lingering: LingeringDescriptors;
  readonly #queues = new Map<SocketEntry, KernelQueue>();
  /** Used entries of the table, as of the last signal: it has many, and looks are frequent. */
  #watched: { readonly index: number; readonly entry: SocketEntry }[] = [];
  /** Stands still while this process is stopped: what waits then is not overload. */
  readonly #clock = new RunningClock(monotonicClock);
  readonly #pace = new LookPace();
  readonly #discarded = Buffer.alloc(64);
  /** Whether the last look found a change, or rang a worker. */
  #hasChanged = false;

  constructor(libc: Libc, data: WatchLoopData) {
    this.#libc = libc;
    this.#data = data;
    this.#table = new WatchTable(data.table);
    this.#board = new InvitationBoard(mapSharedWords(libc, data.boardFd, BOARD_BYTES));
    this.#epoll = new Epoll(libc, data.epollFd);
    this.#lingering = new LingeringDescriptors(libc, this.#epoll, data.lingering, Math.random);
  }

  run(): void {
    this.#epoll.watch(this.#data.signalFd);
    this.#readTable();
    for (let waitMs = 0; !this.#table.isStopped; waitMs = this.#look()) {
      for (const fd of this.#epoll.wait(waitMs)) {
        if (fd === this.#data.signalFd) this.#onSignal();
        else this.#lingering.heard(fd, this.#clock.now());
      }
    }
    this.#end();
  }

  /** @returns the longest wait until the next look, in milliseconds; -1: until something happens */
  #look(): number {
    const now = this.#clock.now();
    this.#lingering.closeExpired(now);
    this.#freeBells();
    let isAnyWaiting = false;
    for (const { entry, index } of this.#watched) {
      if (entry.state !== FREE && this.#lookAt(entry, index, now)) isAnyWaiting = true;
    }
    this.#table.lingering = this.#lingering.size;
    const waitMs = isAnyWaiting ? this.#pace.next(this.#hasChanged, now) : this.#rest();
    this.#hasChanged = false;
    return shorter(waitMs, this.#lingering.waitMs(now));
  }

  /** @returns whether a connection waits */
  #lookAt(entry: SocketEntry, index: number, now: number): boolean {
    if (entry.state === LEAVING) return this.#free(entry, index);
    if (entry.state === CLOSING) return this.#shutDown(entry, index);
    if (entry.isPredecessors) return false;
    const queue = this.#queueOf(entry);
    const line = this.#board.socket(index);
    // A faulty worker may have changed it.
    line.isOpen = entry.isStarted;
    const { taken, takenAt } = line;
    const machineNow = Math.trunc(monotonicClock.now());
    const leftAt = now - Math.max(0, (machineNow - takenAt) | 0);
    const waiting = waitingAt(this.#libc, entry.fd);
    const coming = TAKEN_PER_TURN * countTakers(this.#board.workers, index);
    queue.look({ waiting, taken, takenAt: leftAt, coming, now });
    this.#hasChanged ||= queue.hasChanged;
    this.#shed(entry, queue, now);
    const { headSince } = queue;
    entry.headSince = headSince === undefined ? undefined : machineNow - (now - headSince);
    if (queue.waiting > 0) {
      this.#ring(index, queue.waiting);
      return true;
    }
    return entry.state === ENDING && this.#shutDown(entry, index);
  }

  #shed(entry: SocketEntry, queue: KernelQueue, now: number): void {
    for (;;) {
      const reason = queue.reasonToShed(now);
      if (reason === undefined) return;
      const fd = this.#libc.accept4(entry.fd, null, null, NEW_SOCKET);
      if (fd >= 0) {
        entry.countShed(reason);
        queue.shed(now);
        this.#refuse(fd, entry, now);
      } else if (!this.#canAcceptAgain(entry, this.#libc.errno())) {
        return;
      }
    }
  }

  #canAcceptAgain(entry: SocketEntry, errno: number): boolean {
    if (errno === EINTR || errno === ECONNABORTED) return true;
    // A worker was faster: the next look sees what is left.
    if (errno === EAGAIN) return false;
    if ((errno === EMFILE || errno === ENFILE) && this.#lingering.closeFirst()) return true;
    entry.failed(errno);
    return false;
  }

  #refuse(fd: number, { refusesInHttp }: SocketEntry, now: number): void {
    if (refusesInHttp) this.#lingering.refuse(fd, now);
    else this.#libc.close(fd);
  }

  /** Rings one sleeping worker per connection that no awake worker will take. */
  #ring(socket: number, waiting: number): void {
    const now = monotonicClock.now();
    const { workers } = this.#board;
    for (let left = waiting - countLooking(workers, socket, now); left > 0; left--) {
      const sleeper = pickSleeper(workers, socket);
      if (sleeper === undefined) return;
      const bell = this.#table.bells[workers.indexOf(sleeper)];
      if (!sleeper.takeSleep() || bell?.state !== OPEN) continue;
      sleeper.turned(now);
      this.#hasChanged = true;
      wake(this.#libc, bell.fd);
    }
  }

  /**
   * Sleeps when nothing waits. A worker that falls asleep arms the epoll itself; one that is blocked
   * can't.
   */
  #rest(): number {
    const now = monotonicClock.now();
    const awake = this.#board.workers.filter(({ isOpen, isAsleep }) => isOpen && !isAsleep);
    if (awake.some((worker) => isLooking(worker, now))) return LOOK_EVERY_MS;
    for (const { entry } of this.#watched) {
      if (entry.state !== FREE && !entry.isPredecessors) this.#epoll.arm(entry.fd);
    }
    return awake.length > 0 ? LOOK_SELDOM_MS : -1;
  }

  #queueOf(entry: SocketEntry): KernelQueue {
    const known = this.#queues.get(entry);
    if (known !== undefined) return known;
    const queue = new KernelQueue({
      ...this.#data.queue,
      limit: entry.limit,
      graceMs: entry.graceMs,
      onLeft: (waitMs, count) => entry.waits.add(waitMs, count),
    });
    this.#queues.set(entry, queue);
    return queue;
  }

  /** Stops the socket in all processes: closing one copy would not. */
  #shutDown(entry: SocketEntry, index: number): false {
    this.#board.socket(index).isOpen = false;
    entry.closed = waitingAt(this.#libc, entry.fd);
    this.#libc.shutdown(entry.fd, LINUX.SHUT_RD);
    return this.#free(entry, index);
  }

  #free(entry: SocketEntry, index: number): false {
    this.#board.socket(index).isOpen = false;
    this.#queues.delete(entry);
    this.#epoll.forget(entry.fd);
    this.#libc.close(entry.fd);
    entry.state = FREE;
    return false;
  }

  #freeBells(): void {
    for (const index of this.#board.workers.keys()) {
      const bell = this.#table.bells[index];
      if (bell?.state !== LEAVING) continue;
      this.#libc.close(bell.fd);
      bell.state = FREE;
    }
  }

  #onSignal(): void {
    this.#libc.read(this.#data.signalFd, this.#discarded, this.#discarded.length);
    this.#readTable();
  }

  #readTable(): void {
    const used = this.#table.sockets.map((entry, index) => ({ entry, index }));
    this.#watched = used.filter(({ entry }) => entry.state !== FREE);
  }

  #end(): void {
    this.#lingering.closeAll();
    for (const { state, fd } of [...this.#table.sockets, ...this.#table.bells]) {
      if (state !== FREE) this.#libc.close(fd);
    }
    this.#libc.close(this.#data.signalFd);
  }
}

function shorter(a: number, b: number): number {
  if (a < 0) return b;
  return b < 0 ? a : Math.min(a, b);
}
