import { MIB } from '../../../common/mib.ts';
import { backlogLimit } from '../../../posix/backlog.ts';
import { createEpoll } from '../../../posix/epoll.ts';
import type { Libc } from '../../../posix/libc.ts';
import { ListeningSocket } from '../../../posix/listening-socket.ts';
import { createSharedMemory, mapSharedWords } from '../../../posix/shared-words.ts';
import { ListenError } from '../../cluster.errors.ts';
import type { ResolvedAcceptQueueOptions } from '../../group.options.ts';
import type { ListenSpec } from '../../protocol/control-messages.ts';
import { BOARD_BYTES, InvitationBoard, MAX_SOCKETS } from '../../protocol/invite/board.ts';
import { BACKLOG } from '../open-listener.ts';
import { InvitedSocket } from './invited-socket.ts';
import { openSockets } from './open-sockets.ts';
import { FREE } from './watch-table.ts';
import { WatchThread } from './watch-thread.ts';
import { InvitationLink } from './worker-link.ts';

export interface InvitationsOptions {
  acceptQueue: Pick<
    ResolvedAcceptQueueOptions,
    'maxQueue' | 'maxWaitMs' | 'targetMs' | 'intervalMs'
  >;
  /** Maximum refused connections that linger. */
  maxLingering: number;
  /** Called when no worker is rung any more. */
  onEnd: (error: Error) => void;
}

/** Limits of a refused connection: an upload goes on for seconds, most others end at once. */
const LINGERING = { pauseMs: 2_000, withinMs: 30_000, maxBytes: 64 * MIB };

/** Backlog as a multiple of the queue's limit: room for arrivals between two looks. */
const BACKLOG_FACTOR = 2;

/** Time in which a predecessor may still accept on a socket. */
const TAKEOVER_MS = 2_000;

/**
 * Sockets on which workers accept by themselves, as the primary's watching thread invites them.
 * Connections wait in the kernel. Needs Linux and the optional package koffi.
 */
export class Invitations {
  readonly #libc: Libc;
  readonly #maxQueue: number;
  readonly #boardFd: number;
  readonly #board: InvitationBoard;
  readonly #epollFd: number;
  readonly #thread: WatchThread;

  /** @throws the system error */
  constructor(libc: Libc, { acceptQueue, maxLingering, onEnd }: InvitationsOptions) {
    this.#libc = libc;
    const { maxQueue, maxWaitMs, targetMs, intervalMs } = acceptQueue;
    this.#maxQueue = maxQueue;
    this.#boardFd = createSharedMemory(libc, BOARD_BYTES);
    this.#board = new InvitationBoard(mapSharedWords(libc, this.#boardFd, BOARD_BYTES));
    this.#epollFd = createEpoll(libc);
    const data = {
      boardFd: this.#boardFd,
      epollFd: this.#epollFd,
      queue: { maxWaitMs, targetMs, intervalMs },
      lingering: { maxLingering, ...LINGERING },
    };
    this.#thread = new WatchThread(libc, data, onEnd);
  }

  /** Refused connections whose clients have yet to read the refusal. */
  get lingering(): number {
    return this.#thread.table.lingering;
  }

  /** @throws the system's error when the address can't be opened; ListenError beyond 64 sockets */
  async open(spec: ListenSpec): Promise<InvitedSocket[]> {
    const backlog = Math.max(spec.backlog ?? BACKLOG, BACKLOG_FACTOR * this.#maxQueue);
    const sockets = await openSockets(this.#libc, spec, backlog);
    return this.#watch(sockets, spec, 0);
  }

  /** Watches listening sockets that another process opened. @throws ListenError beyond 64 sockets */
  adopt(fds: readonly number[], spec: ListenSpec): InvitedSocket[] {
    const sockets = fds.map((fd) => ListeningSocket.adopt(this.#libc, fd));
    return this.#watch(sockets, spec, TAKEOVER_MS);
  }

  /** Creates the link of a new worker. @throws the system error; Error: too many workers */
  link(): InvitationLink {
    return new InvitationLink({
      libc: this.#libc,
      thread: this.#thread,
      board: this.#board,
      boardFd: this.#boardFd,
      epollFd: this.#epollFd,
    });
  }

  close(): void {
    this.#thread.end();
    this.#libc.close(this.#boardFd);
    this.#libc.close(this.#epollFd);
  }

  /** Watches all of `sockets` or none. */
  #watch(
    sockets: readonly ListeningSocket[],
    { clientFirst, refusal }: ListenSpec,
    graceMs: number,
  ): InvitedSocket[] {
    const free = [...this.#thread.table.sockets.entries()].filter(([, { state }]) => {
      return state === FREE;
    });
    if (free.length < sockets.length) {
      for (const { fd } of sockets) this.#libc.close(fd);
      throw new ListenError(`a group has no more than ${MAX_SOCKETS} listening sockets`);
    }
    return sockets.map((socket, at) => {
      const [index, entry] = free[at] as (typeof free)[number];
      const line = this.#board.socket(index);
      line.clear();
      socket.deferAccept(clientFirst);
      entry.add({
        fd: socket.fd,
        refusesInHttp: refusal === 'http',
        limit: Math.min(this.#maxQueue, Math.ceil(backlogLimit(this.#libc, socket.fd) / 2)),
        graceMs,
      });
      return new InvitedSocket({
        libc: this.#libc,
        thread: this.#thread,
        index,
        socket,
        entry,
        line,
      });
    });
  }
}
