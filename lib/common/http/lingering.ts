import type { Socket } from 'node:net';

import { ignore } from '../ignore.ts';

export interface LingeringOptions {
  /** Lingering connections at once; beyond that the oldest is closed. @default 256 */
  maxConnections?: number;
  /** Longest pause of a client that still sends. @default 5_000 */
  pauseMs?: number;
  /** Longest lingering of one connection. @default 30_000 */
  withinMs?: number;
  /** Bytes that one client may still send. @default 64 MiB */
  maxBytes?: number;
}

/**
 * Closes connections whose clients still send (RFC 9112, section 9.6): ends this side, then reads
 * and discards. A plain close causes a reset, at which the client's kernel discards the unread
 * answer; the client then takes it for a network error and retries.
 */
export class Lingering {
  readonly #options: Required<LingeringOptions>;
  /** Oldest first. */
  readonly #lingering = new Set<Socket>();

  constructor(options: LingeringOptions = {}) {
    this.#options = {
      maxConnections: 256,
      pauseMs: 5_000,
      withinMs: 30_000,
      maxBytes: 64 * 1024 * 1024,
      ...options,
    };
  }

  get size(): number {
    return this.#lingering.size;
  }

  /** Closes a connection whose answer is written; discards further input. */
  end(socket: Socket): void {
    if (socket.destroyed || this.#lingering.has(socket)) return;
    if (this.#lingering.size >= this.#options.maxConnections) this.#closeFirst();
    this.#lingering.add(socket);
    // Node destroys a socket after an error.
    socket.on('error', ignore).once('close', () => this.#lingering.delete(socket));
    this.#drop(socket);
    if (socket.writableFinished) return this.#limit(socket);
    socket.once('finish', () => this.#limit(socket));
    socket.end();
  }

  /** Closes the oldest, which had the most time to read its answer. */
  #closeFirst(): void {
    const [first] = this.#lingering;
    if (first === undefined) return;
    this.#lingering.delete(first);
    if (first.writableFinished) first.destroy();
    else first.once('finish', () => first.destroy());
  }

  /** Discards further input, so that no next request begins. */
  #drop(socket: Socket): void {
    let bytes = 0;
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > this.#options.maxBytes) socket.destroy();
    });
    socket.once('end', () => socket.destroy());
    socket.resume();
  }

  /** Sets the limits once the answer is sent; until then others apply. */
  #limit(socket: Socket): void {
    const { pauseMs, withinMs } = this.#options;
    const close = (): void => void socket.destroy();
    const pause = setTimeout(close, pauseMs).unref();
    const end = setTimeout(close, withinMs).unref();
    socket.on('data', () => pause.refresh());
    socket.once('close', () => {
      clearTimeout(pause);
      clearTimeout(end);
    });
  }
}

/** Shared instance of this process. */
export const lingering = new Lingering();
