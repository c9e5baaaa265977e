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
  /** Follows a batch of connections. */
  onBatch(): void;
  onError(listener: number, error: Error): void;
  /** The thread ended unexpectedly: nothing is accepted any more. */
  onEnd(error: Error): void;
}

/** Longest wait for first bytes: a client that has a request sends it at once, even under load. */
const MAX_SILENCE_MS = 50;

/** In megabytes: the thread runs one small loop. */
const RESOURCES = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4, stackSizeMb: 2 };

const ENTRY = new URL('./accept-thread.entry.js', import.meta.url);

/** The primary's side of the accept thread: see accept-loop.ts. */
export class AcceptThread {
  readonly #ring = new DescriptorRing();
  readonly #table = new ListenTable();
  readonly #events: AcceptThreadEvents;
  readonly #signal: SignalSocket;
  readonly #thread: Worker;
  #isClosingAny = false;
  readonly #onProcessExit = (): void => this.#stop();

  /** @param maxSilent connections that may wait for the first bytes of their clients */
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
      // Modules preloaded by NODE_OPTIONS are meant for the process, not for this thread.
      execArgv: [],
      env: {},
      name: 'accept',
    });
    this.#thread.unref();
    this.#thread.once('error', (cause) => this.#ended(cause));
    this.#thread.once('exit', () => this.#ended());
    // Node waits for the thread at exit, and can't terminate it while it blocks in the kernel.
    process.once('exit', this.#onProcessExit);
    this.#ring.sleep();
  }

  /** Accepted connections not reported yet, plus sockets that are still closing. */
  get inTransit(): number {
    // From farthest to nearest: a connection that moves meanwhile is counted twice, not missed.
    return this.#closing() + this.#ring.behind + this.#ring.length;
  }

  /** Accepts on all of `sockets` or on none. @throws ListenError beyond `MAX_LISTENING` sockets */
  add(sockets: readonly ListeningSpec[]): void {
    if (this.#table.free < sockets.length) {
      throw new ListenError(`a group has no more than ${MAX_LISTENING} listening sockets`);
    }
    for (const socket of sockets) this.#table.add(socket);
    this.#signal.wake();
  }

  /** Accepts the connections in the backlog, then closes the socket. */
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

  /** Reads the table only while a socket may be closing: this runs for every connection. */
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

  /** Takes at most one full ring per turn, so that a flood does not starve the event loop. */
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
