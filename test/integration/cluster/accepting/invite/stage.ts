import { once } from 'node:events';
import type { Server } from 'node:net';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';

import { onTestFinished } from 'vitest';

import { InvitedSocket } from '../../../../../lib/cluster/accepting/invite/invited-socket.ts';
import type { WatchLoopData } from '../../../../../lib/cluster/accepting/invite/watch-loop.ts';
import { WatchTable } from '../../../../../lib/cluster/accepting/invite/watch-table.ts';
import type { WatchThread } from '../../../../../lib/cluster/accepting/invite/watch-thread.ts';
import { InvitationLink } from '../../../../../lib/cluster/accepting/invite/worker-link.ts';
import { BOARD_BYTES, InvitationBoard } from '../../../../../lib/cluster/protocol/invite/board.ts';
import { ConnectionTaker } from '../../../../../lib/cluster/worker/invite/take-connections.ts';
import { createEpoll } from '../../../../../lib/posix/epoll.ts';
import type { Libc } from '../../../../../lib/posix/libc.ts';
import { ListeningSocket } from '../../../../../lib/posix/listening-socket.ts';
import { createSharedMemory, mapSharedWords } from '../../../../../lib/posix/shared-words.ts';
import { socketPair, wake } from '../../../../../lib/posix/socket-pair.ts';

const ENTRY = new URL(
  '../../../../../lib/cluster/accepting/invite/watch-thread.entry.ts',
  import.meta.url,
);

const BACKLOG = 256;
const PLENTY = 10_000;

export interface StageOptions {
  maxWaitMs?: number;
  limit?: number;
  maxLingering?: number;
}

/** The primary's side with its real thread, and workers of this process. */
export class Stage {
  readonly board: InvitationBoard;
  readonly #libc: Libc;
  readonly #boardFd: number;
  readonly #epollFd: number;
  readonly #thread: Pick<WatchThread, 'table' | 'wake'>;
  readonly #limit: number;

  constructor(
    system: Libc,
    { maxWaitMs = 60_000, limit = 64, maxLingering = 8 }: StageOptions = {},
  ) {
    this.#libc = system;
    this.#limit = limit;
    this.#boardFd = createSharedMemory(system, BOARD_BYTES);
    this.board = new InvitationBoard(mapSharedWords(system, this.#boardFd, BOARD_BYTES));
    this.#epollFd = createEpoll(system);
    const table = new WatchTable();
    const [signal, signalFd] = socketPair(system, 'stream');
    this.#thread = { table, wake: () => wake(system, signal) };
    const data: WatchLoopData = {
      table: table.memory,
      boardFd: this.#boardFd,
      epollFd: this.#epollFd,
      signalFd,
      queue: { maxWaitMs, targetMs: 20, intervalMs: 200 },
      lingering: { maxLingering, pauseMs: 60_000, withinMs: 60_000, maxBytes: 8 * 1024 * 1024 },
    };
    const worker = new Worker(ENTRY, { workerData: data, execArgv: [] });
    onTestFinished(async () => {
      const ended = once(worker, 'exit');
      table.stop();
      wake(system, signal);
      await ended;
      for (const fd of [signal, this.#boardFd, this.#epollFd]) system.close(fd);
    });
  }

  get lingering(): number {
    return this.#thread.table.lingering;
  }

  /** Opens a socket on which workers may accept. */
  listen({
    defers = false,
    refusesInHttp = true,
    graceMs = 0,
    isStarted = true,
  } = {}): InvitedSocket {
    const at = { address: '127.0.0.1', port: 0 };
    const socket = ListeningSocket.open(this.#libc, at, BACKLOG);
    socket.deferAccept(defers);
    const index = this.#thread.table.sockets.findIndex(({ state }) => state === 0);
    const entry = this.#thread.table.sockets[index];
    if (entry === undefined) throw new Error('no entry is free');
    const line = this.board.socket(index);
    line.clear();
    entry.add({ fd: socket.fd, refusesInHttp, limit: this.#limit, graceMs });
    const thread = this.#thread as WatchThread;
    const invited = new InvitedSocket({ libc: this.#libc, thread, index, socket, entry, line });
    if (isStarted) invited.start();
    else this.#thread.wake();
    return invited;
  }

  /** A worker that serves `sockets` with `server` and may take connections. */
  worker(
    server: Server,
    sockets: readonly InvitedSocket[],
    { clientFirst = true, libc = this.#libc, makeRoom = (): void => undefined } = {},
  ): { link: InvitationLink; taker: ConnectionTaker } {
    const link = new InvitationLink({
      libc: this.#libc,
      thread: this.#thread as WatchThread,
      board: this.board,
      boardFd: this.#boardFd,
      epollFd: this.#epollFd,
    });
    const line = this.board.worker(link.index);
    const [socketsFd = -1, bell = -1] = link.stdio;
    const taker = new ConnectionTaker({
      libc,
      board: this.board,
      line: link.index,
      descriptors: { sockets: socketsFd, bell, epoll: this.#epollFd },
      maxConnections: PLENTY,
      makeRoom,
    });
    link.pass(sockets.map(({ passed }) => passed));
    const receive = (socket: Socket): void => {
      line.load[1] = (line.load[1] ?? 0) + 1;
      socket.once('close', () => (line.load[1] = (line.load[1] ?? 0) - 1));
      server.emit('connection', socket);
    };
    taker.serve(
      sockets.map(({ index }) => index),
      { receive, clientFirst },
    );
    link.setOpen(true);
    onTestFinished(() => {
      taker.close();
      link.setOpen(false);
      this.#libc.close(socketsFd);
    });
    return { link, taker };
  }
}

/** Port of a socket. */
export function portOf({ address }: InvitedSocket): number {
  if (typeof address === 'string') throw new Error('not an internet address');
  return address.port;
}

/** A connection and what its server has sent. */
export interface Client {
  readonly socket: Socket;
  text: string;
  isClosed: boolean;
}

/** Connects a client that sends `text`. */
export async function connectTo(port: number, text = ''): Promise<Client> {
  const socket = connect(port, '127.0.0.1');
  const client: Client = { socket, text: '', isClosed: false };
  onTestFinished(() => void socket.destroy());
  socket.on('data', (chunk: Buffer) => (client.text += chunk.toString('latin1')));
  socket.once('close', () => (client.isClosed = true));
  await once(socket, 'connect');
  socket.on('error', (error) => (client.text += ` ${error.message}`));
  if (text !== '') socket.write(text);
  return client;
}
