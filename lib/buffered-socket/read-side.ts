import type { Duplex } from 'node:stream';

import {
  SocketAbortedError,
  SocketBusyError,
  SocketClosedError,
  SocketEndedError,
  SocketFailedError,
  type SocketOperation,
  SocketTimeoutError,
} from './buffered-socket.errors.ts';
import { Intake, type IntakeState } from './intake.ts';
import { type ReadAttempt, PendingReads } from './pending-reads.ts';
import type { Limits, WaitEnd } from './wait-limits.ts';

export interface ReadSideOptions {
  highWaterMark: number;
  /** Reads that may wait at once. */
  maxQueue: number;
  /** Called when the socket is gone in both directions. */
  onGone: (cause: unknown) => void;
}

/** Attempt and limits of a read. */
export interface ReadTerms<T> {
  attempt: ReadAttempt<T>;
  limits: Limits;
}

/** Reads of a socket: served at once when possible, else queued. */
export class ReadSide {
  readonly intake: Intake;
  readonly #reads = new PendingReads();
  readonly #maxQueue: number;

  constructor(socket: Duplex, { highWaterMark, maxQueue, onGone }: ReadSideOptions) {
    this.#maxQueue = maxQueue;
    this.intake = new Intake(socket, {
      highWaterMark,
      onBytes: () => this.serve(),
      onOver: () => this.#reads.end(),
      onGone,
    });
  }

  get state(): IntakeState['kind'] {
    return this.intake.state.kind;
  }

  /** Whether no read waits, so that a new one may take bytes at once. */
  get isFree(): boolean {
    return this.#reads.size === 0;
  }

  start(): void {
    this.intake.start();
  }

  /** @param prepare checks the arguments, so that invalid ones reject */
  read<T>(operation: string, prepare: () => ReadTerms<T>): Promise<T> {
    try {
      const { attempt, limits } = prepare();
      const { signal } = limits;
      if (signal?.aborted === true) {
        throw new SocketAbortedError(signal.reason, this.about(operation));
      }
      const found = this.isFree ? this.tried(operation, attempt()) : undefined;
      return found === undefined ? this.#wait(operation, attempt, limits) : Promise.resolve(found);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Adjusts the flow to an attempt's result. @throws when it has none and the bytes have ended */
  tried<T>(operation: string, found: T | undefined): T | undefined {
    if (found !== undefined) this.intake.relax();
    else if (this.isFree) this.#want(operation);
    return found;
  }

  /** Serves the queue after bytes have come. Returns whether a read waits for more. */
  serve(): boolean {
    if (this.isFree) return false;
    this.#reads.serve();
    return !this.isFree;
  }

  /** Stops reading from the socket, and fails reads that wait. */
  stop(): void {
    this.intake.stop();
    this.#reads.end();
  }

  /** Creates the error that says why no more bytes will come. */
  over(operation: string): Error {
    const { state } = this.intake;
    const about = this.about(operation);
    if (state.kind === 'ENDED') return new SocketEndedError(about);
    if (state.kind === 'FAILED') return new SocketFailedError(state.cause, about);
    return new SocketClosedError(about);
  }

  about(operation: string): SocketOperation {
    return { operation, bytesRead: this.intake.bytes.length };
  }

  #wait<T>(operation: string, attempt: ReadAttempt<T>, limits: Limits): Promise<T> {
    if (this.#reads.size >= this.#maxQueue) {
      throw new SocketBusyError(`${this.#reads.size} reads`, this.about(operation));
    }
    return this.#reads.add(attempt, limits, {
      endedBy: (end) => this.#endedBy(operation, limits, end),
      over: () => this.over(operation),
    });
  }

  #want(operation: string): void {
    if (this.state !== 'OPEN') throw this.over(operation);
    this.intake.want();
  }

  #endedBy(operation: string, { timeoutMs }: Limits, end: WaitEnd): Error {
    const about = this.about(operation);
    if (end.kind === 'TIMEOUT') return new SocketTimeoutError(timeoutMs, about);
    return new SocketAbortedError(end.cause, about);
  }
}
