import { waitingAt } from '../../../posix/backlog.ts';
import type { Libc } from '../../../posix/libc.ts';
import type { ListeningSocket } from '../../../posix/listening-socket.ts';
import type { PassedDescriptor } from '../../../posix/pass-descriptors.ts';
import type { ListenerAddress } from '../../protocol/control-messages.ts';
import type { SocketLine } from '../../protocol/invite/lines.ts';
import type { ShedReason } from '../accept-queue.ts';
import { type CLOSING, ENDING, FREE, type LEAVING, OPEN, type SocketEntry } from './watch-table.ts';
import type { WatchThread } from './watch-thread.ts';

/** Reasons for which the watching thread refuses a connection. */
const REASONS = ['full', 'age', 'codel'] as const satisfies readonly ShedReason[];

export interface InvitedSocketParts {
  libc: Libc;
  thread: WatchThread;
  /** Index on the board and in the table. */
  index: number;
  socket: ListeningSocket;
  entry: SocketEntry;
  line: SocketLine;
}

/** A listening socket on which workers accept, as the primary's main thread sees it. */
export class InvitedSocket {
  readonly index: number;
  readonly #libc: Libc;
  readonly #thread: WatchThread;
  readonly #socket: ListeningSocket;
  readonly #entry: SocketEntry;
  readonly #line: SocketLine;
  /** Whether its entry may be another socket's. */
  #isOver = false;

  constructor({ libc, thread, index, socket, entry, line }: InvitedSocketParts) {
    this.index = index;
    this.#libc = libc;
    this.#thread = thread;
    this.#socket = socket;
    this.#entry = entry;
    this.#line = line;
  }

  get address(): ListenerAddress {
    return this.#socket.address;
  }

  get limit(): number {
    return this.#entry.limit;
  }

  /** For workers: the descriptor with the index. */
  get passed(): PassedDescriptor {
    return { fd: this.#socket.fd, note: this.index };
  }

  /** Whether nothing is left of it in this process. */
  get isClosed(): boolean {
    return this.#entry.state === FREE;
  }

  /** Connections that wait now. */
  get waiting(): number {
    return this.#entry.state === OPEN ? waitingAt(this.#libc, this.#socket.fd) : 0;
  }

  /** Connections taken by workers so far. */
  get taken(): number {
    return this.#line.taken >>> 0;
  }

  /** Connections that waited when the socket was closed. */
  get closed(): number {
    return this.#entry.closed;
  }

  /** Age of the connection at the head, in milliseconds; 0 while none waits. */
  headAgeMs(now: number): number {
    const { headSince } = this.#entry;
    return headSince === undefined ? 0 : Math.max(0, (Math.trunc(now) - headSince) | 0);
  }

  shed(): Record<(typeof REASONS)[number], number> {
    const [full, age, codel] = REASONS.map((reason) => this.#entry.shed(reason));
    return { full: full ?? 0, age: age ?? 0, codel: codel ?? 0 };
  }

  /** Passes on the waits of connections that have left the queue since the last call. */
  takeWaits(tell: (waitMs: number) => void): void {
    this.#entry.waits.take(tell);
  }

  /** Returns the error of the last refusal that failed since the last call; 0: none. */
  takeErrno(): number {
    return this.#entry.takeErrno();
  }

  /** Lets workers accept. */
  start(): void {
    this.#entry.isStarted = true;
    this.#line.isOpen = true;
    this.#thread.wake();
  }

  /** Closes it as `how` says: see watch-table.ts. */
  stop(how: typeof ENDING | typeof LEAVING | typeof CLOSING): void {
    if (this.#isOver) return;
    this.#isOver = how !== ENDING;
    // Connections that the kernel holds back would be reset.
    if (how === ENDING) this.#socket.deferAccept(false);
    else this.#entry.isStarted = this.#line.isOpen = false;
    if (this.#entry.state !== FREE) this.#entry.state = how;
    this.#thread.wake();
  }
}
