import type { Duplex } from 'node:stream';

import {
  SocketAbortedError,
  SocketBusyError,
  SocketClosedError,
  SocketFailedError,
  SocketTimeoutError,
} from './buffered-socket.errors.ts';
import { ByteQueue } from './byte-queue.ts';
import { LimitedWait, type Limits, type WaitEnd } from './wait-limits.ts';

/** Most bytes passed to the socket at a time, since they can't be taken back. */
const PIECE = 64 * 1024;

/**
 * - `OPEN`: accepts bytes.
 * - `ENDED`: this side has ended, or will when all is sent.
 * - `FAILED`: the connection broke.
 * - `CLOSED`: this side has closed or detached the socket.
 */
type OutletState =
  | { readonly kind: 'OPEN' | 'ENDED' | 'CLOSED' }
  | { readonly kind: 'FAILED'; readonly cause: unknown };

/** A write that waits until the socket has taken it, or an end that waits until all is sent. */
interface PendingWrite {
  readonly kind: 'write' | 'end';
  /** Position in the stream after its last byte. */
  readonly target: number;
  settle(error?: Error): void;
}

export interface OutletOptions {
  maxUnsent: number;
  maxQueue: number;
}

/** Buffers bytes to send, and passes them to the socket only while it has room. */
export class Outlet {
  readonly #socket: Duplex;
  readonly #options: OutletOptions;
  readonly #unsent = new ByteQueue();
  readonly #writes = new Set<PendingWrite>();
  #state: OutletState = { kind: 'OPEN' };

  constructor(socket: Duplex, options: OutletOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  /** Bytes that the socket has not taken. */
  get bytesUnsent(): number {
    return this.#unsent.length;
  }

  start(): void {
    this.#socket.on('drain', this.#onProgress).on('finish', this.#onProgress);
  }

  /** @throws SocketAbortedError when the signal has already aborted */
  checkSignal(operation: string, { signal }: Limits): void {
    if (signal?.aborted !== true) return;
    throw new SocketAbortedError(signal.reason, this.#about(operation));
  }

  /** Buffers bytes or throws. @throws SocketBusyError, SocketClosedError, SocketFailedError */
  add(operation: string, bytes: Buffer): void {
    this.#mustBe(['OPEN'], operation);
    const { length } = this.#unsent;
    if (length > 0 && length + bytes.length > this.#options.maxUnsent) {
      throw new SocketBusyError(`${length} bytes`, { operation, bytesUnsent: length });
    }
    this.#unsent.push(bytes);
  }

  /** Resolves when the socket has taken all bytes added and has room for more. */
  flush(operation: string, limits: Limits): Promise<void> {
    this.checkSignal(operation, limits);
    this.#mustBe(['OPEN', 'ENDED'], operation);
    return this.#wait('write', operation, limits);
  }

  /** Sends all bytes added, then ends this side. Resolves when the system has taken all. */
  end(limits: Limits): Promise<void> {
    this.checkSignal('end', limits);
    this.#mustBe(['OPEN', 'ENDED'], 'end');
    this.#state = { kind: 'ENDED' };
    return this.#wait('end', 'end', limits);
  }

  /** Removes and returns the bytes that the socket has not taken. */
  takeUnsent(): Buffer {
    return this.#unsent.take(this.#unsent.length);
  }

  /** Rejects what waits because the socket is gone, unless this side has ended cleanly. */
  fail(cause: unknown): void {
    if (this.#state.kind === 'ENDED' && this.#socket.writableFinished) return;
    if (this.#state.kind === 'OPEN' || this.#state.kind === 'ENDED') {
      this.#state = { kind: 'FAILED', cause };
    }
    this.#reject();
  }

  /** Passes no more bytes to the socket, which still sends those it has taken. */
  stop(): void {
    this.#state = { kind: 'CLOSED' };
    this.#socket.off('drain', this.#onProgress).off('finish', this.#onProgress);
    for (const write of this.#writes) if (this.#isTaken(write)) write.settle();
    this.#reject();
  }

  readonly #onProgress = (): void => this.#advance();

  #wait(kind: PendingWrite['kind'], operation: string, limits: Limits): Promise<void> {
    const target = this.#unsent.position + this.#unsent.length;
    this.#send(target);
    if (this.#proceed({ kind, target })) return Promise.resolve();
    if (this.#writes.size >= this.#options.maxQueue) {
      throw new SocketBusyError(`${this.#writes.size} writes`, this.#about(operation));
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    let wait: LimitedWait | undefined;
    const settle = (error?: Error): void => {
      this.#writes.delete(write);
      wait?.release();
      if (error === undefined) resolve();
      else reject(error);
    };
    const write: PendingWrite = { kind, target, settle };
    this.#writes.add(write);
    wait = new LimitedWait(limits, (end) => {
      settle(this.#isTaken(write) ? undefined : this.#endedBy(operation, limits, end));
    });
    return promise;
  }

  /** Sends only as far as a pending write asks: bytes of an abandoned one stay for `flush`. */
  #advance(): void {
    let goal = 0;
    for (const { target } of this.#writes) goal = target;
    this.#send(goal);
    for (const write of this.#writes) if (this.#proceed(write)) write.settle();
  }

  /** Passes bytes to the socket while it has room, up to a position in the stream. */
  #send(goal: number): void {
    const unsent = this.#unsent;
    const socket = this.#socket;
    if (unsent.position >= goal || socket.writableNeedDrain) return;
    socket.cork();
    while (unsent.position < goal && !socket.writableNeedDrain) {
      socket.write(unsent.takeSome(Math.min(PIECE, goal - unsent.position), 'view'));
    }
    socket.uncork();
  }

  /** Ends the socket for an `end` whose bytes are all sent. Returns whether the wait is over. */
  #proceed({ kind, target }: Pick<PendingWrite, 'kind' | 'target'>): boolean {
    if (this.#unsent.position < target) return false;
    if (kind === 'write') return !this.#socket.writableNeedDrain;
    if (!this.#socket.writableEnded) this.#socket.end();
    return this.#socket.writableFinished;
  }

  #isTaken({ kind, target }: PendingWrite): boolean {
    return kind === 'write' && this.#unsent.position >= target;
  }

  #mustBe(kinds: readonly OutletState['kind'][], operation: string): void {
    const { kind } = this.#state;
    if (!kinds.includes(kind)) throw this.#refusal(operation);
    if (kind === 'OPEN' && !this.#socket.writable) throw this.#refusal(operation);
  }

  #refusal(operation: string): Error {
    const about = this.#about(operation);
    const state = this.#state;
    if (state.kind === 'FAILED') return new SocketFailedError(state.cause, about);
    return new SocketClosedError(about);
  }

  #reject(): void {
    for (const write of this.#writes) write.settle(this.#refusal(write.kind));
  }

  #endedBy(operation: string, { timeoutMs }: Limits, end: WaitEnd): Error {
    const about = this.#about(operation);
    if (end.kind === 'TIMEOUT') return new SocketTimeoutError(timeoutMs, about);
    return new SocketAbortedError(end.cause, about);
  }

  #about(operation: string): { operation: string; bytesUnsent: number } {
    return { operation, bytesUnsent: this.#unsent.length };
  }
}
