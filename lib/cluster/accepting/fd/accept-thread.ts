import { Worker } from 'node:worker_threads';

import { type Libc, systemError } from '../../../posix/libc.ts';
import { socketPair } from '../../../posix/socket-pair.ts';
import { AcceptThreadError, ListenError } from '../../cluster.errors.ts';
import { SignalSocket } from '../../protocol/fd/signal-socket.ts';
import type { AcceptLoopData } from './accept-loop.ts';
import { DescriptorRing, RING_CAPACITY } from './descriptor-ring.ts';
import { type ListeningSpec, ListenTable, MAX_LISTENING } from './listen-table.ts';

export interface AcceptThreadEvents {
  onConnection(listener: number, fd: number): void;
  /** After all connections that are there now. */
  onBatch(): void;
  onError(listener: number, error: Error): void;
  /** The thread ended although nobody asked it to: nothing is accepted any more. */
  onEnd(error: Error): void;
}

/** Who connects to ask for something asks at once, however busy both sides are. */
const MAX_SILENCE_MS = 50;

/** The thread runs a loop of a few lines, in megabytes. */
const RESOURCES = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, stackSizeMb: 2 };

const ENTRY = new URL('./accept-thread.entry.js', import.meta.url);

/** The primary's side of the thread that accepts: see accept-loop.ts. */
export class AcceptThread {
  readonly #ring = new DescriptorRing();
  readonly #table = new ListenTable();
  readonly #events: AcceptThreadEvents;
  readonly #signal: SignalSocket;
  readonly #thread: Worker;
  #isClosingAny = false;
  readonly #onProcessExit = (): void => this.#stop();

  /** `maxSilent`: how many connections may wait for the first bytes of their clients. */
  constructor(libc: Libc, maxSilent: number, events: AcceptThreadEvents) {
    this.#events = events;
    const [own, signalFd] = socketPair(libc, 'stream');
    this.#signal = new SignalSocket(libc, own, () => this.#drain());
    const data: AcceptLoopData = {
      ring: this.#ring.memory,
      table: this.#table.memory,
      signalFd,
      maxSilent,
      maxSilenceMs: MAX_SILENCE_MS,
    };
    this.#thread = new Worker(ENTRY, {
      workerData: data,
      resourceLimits: RESOURCES,
      // Files that NODE_OPTIONS loads first are the process's, not for a thread of ours.
      execArgv: [],
      env: {},
      name: 'accept',
    });
    this.#thread.unref();
    this.#thread.once('error', (cause) => this.#ended(cause));
    this.#thread.once('exit', () => this.#ended());
    // A thread that waits in the kernel can't be ended from outside, and Node would wait for it.
    process.once('exit', this.#onProcessExit);
    this.#ring.sleep();
  }

  /** Connections that were accepted and not told yet, and sockets that are still to be closed. */
  get inTransit(): number {
    // In the order in which a connection comes nearer: one that moves meanwhile is counted twice
    // rather than never.
    return this.#closing() + this.#ring.behind + this.#ring.length;
  }

  /** Accepts on all of `sockets`, or on none. @throws ListenError when there are too many */
  add(sockets: readonly ListeningSpec[]): void {
    if (this.#table.free < sockets.length) {
      throw new ListenError(`a group has no more than ${MAX_LISTENING} listening sockets`);
    }
    for (const socket of sockets) this.#table.add(socket);
    this.#signal.wake();
  }

  /** Accepts what the kernel has completed and closes the socket. */
  close(fd: number): void {
    this.#table.close(fd);
    this.#isClosingAny = true;
    this.#signal.wake();
  }

  end(): void {
    process.off('exit', this.#onProcessExit);
    this.#stop();
    this.#signal.close();
  }

  /** Asked for at every connection, so the table is looked at only when there may be some. */
  #closing(): number {
    if (!this.#isClosingAny) return 0;
    const { closing } = this.#table;
    this.#isClosingAny = closing > 0;
    return closing;
  }

  #stop(): void {
    this.#ring.stop();
    this.#signal.wake();
  }

  /** One ring full per turn: what else the loop has to do is not kept waiting by a flood. */
  #drain(): void {
    for (let left = RING_CAPACITY; left > 0; left--) {
      const entry = this.#ring.shift();
      if (entry === undefined) break;
      const { listener, fd } = entry;
      if (fd >= 0) this.#events.onConnection(listener, fd);
      else this.#events.onError(listener, systemError(-fd, 'accept'));
    }
    this.#events.onBatch();
    this.#ring.sleep();
    if (this.#ring.length > 0 && this.#ring.takeSleep()) setImmediate(() => this.#drain());
  }

  #ended(cause?: unknown): void {
    if (this.#ring.isStopped) return;
    this.#ring.stop();
    this.#events.onEnd(new AcceptThreadError({ cause }));
  }
}
