import type { Duplex } from 'node:stream';

import { ByteQueue } from './byte-queue.ts';

/**
 * - `OPEN`: more bytes may come.
 * - `ENDED`: the peer has ended; the stream is complete.
 * - `FAILED`: the connection broke.
 * - `CLOSED`: this side has closed or detached the socket.
 */
export type IntakeState =
  | { readonly kind: 'OPEN' }
  | { readonly kind: 'ENDED' }
  | { readonly kind: 'FAILED'; readonly cause: unknown }
  | { readonly kind: 'CLOSED' };

const OPEN: IntakeState = { kind: 'OPEN' };
const ENDED: IntakeState = { kind: 'ENDED' };
const CLOSED: IntakeState = { kind: 'CLOSED' };

export interface IntakeOptions {
  /** Unread bytes at which the socket is paused, unless a read waits for more. */
  highWaterMark: number;
  /** Called when bytes have come. Returns whether a read waits for more. */
  onBytes: () => boolean;
  /** Called when no more bytes will come. */
  onOver: () => void;
  /** Called when the socket is gone in both directions. */
  onGone: (cause: unknown) => void;
}

/** Buffers the bytes received, and pauses the socket at the high-water mark. */
export class Intake {
  readonly bytes = new ByteQueue();
  readonly #socket: Duplex;
  readonly #options: IntakeOptions;
  #state: IntakeState = OPEN;
  #isPaused = false;

  constructor(socket: Duplex, options: IntakeOptions) {
    this.#socket = socket;
    this.#options = options;
  }

  get state(): IntakeState {
    return this.#state;
  }

  start(): void {
    if (this.#socket.readableEnded) this.#state = ENDED;
    if (this.#socket.destroyed) return this.#gone(this.#socket.errored ?? undefined);
    this.#socket
      .on('data', this.#onData)
      .on('end', this.#onEnd)
      .on('error', this.#onError)
      .on('close', this.#onClose)
      .resume();
  }

  /** Resumes the socket for a read that needs more bytes. */
  want(): void {
    if (this.#isPaused) this.#resume();
  }

  /** Resumes the socket when unread bytes have fallen below the high-water mark. */
  relax(): void {
    if (this.#isPaused && this.bytes.length < this.#options.highWaterMark) this.#resume();
  }

  /** Stops reading from the socket. */
  stop(): void {
    this.#state = CLOSED;
    this.#socket
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.bytes.push(chunk);
    const isWanted = this.#options.onBytes();
    if (isWanted || this.bytes.length < this.#options.highWaterMark) return;
    this.#isPaused = true;
    this.#socket.pause();
  };

  readonly #onEnd = (): void => this.#over(ENDED);

  readonly #onError = (cause: Error): void => this.#gone(cause);

  readonly #onClose = (): void => this.#gone(undefined);

  #gone(cause: unknown): void {
    this.#rescue();
    this.#over({ kind: 'FAILED', cause });
    this.#options.onGone(cause);
  }

  #resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** Reads bytes that a paused socket had buffered before it broke. */
  #rescue(): void {
    if (this.#state.kind !== 'OPEN') return;
    let chunk: Buffer | null;
    while ((chunk = this.#socket.read() as Buffer | null) !== null) this.bytes.push(chunk);
  }

  #over(state: IntakeState): void {
    if (this.#state.kind !== 'OPEN') return;
    this.#state = state;
    this.#options.onOver();
  }
}
