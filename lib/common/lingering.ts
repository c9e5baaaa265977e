import type { Socket } from 'node:net';

export interface LingeringOptions {
  /** Connections that may linger at once; beyond it the one that came first is closed. @default 256 */
  maxConnections?: number;
  /** Longest pause of a client that still sends, in milliseconds. @default 5000 */
  pauseMs?: number;
  /** Longest time for one connection, in milliseconds. @default 30_000 */
  withinMs?: number;
  /** What one client may still send, in bytes. @default 64 MiB */
  maxBytes?: number;
}

/**
 * Ends connections whose clients still send (RFC 9112, section 9.6): closes this side, then reads and
 * drops what comes. A bare close makes the client's kernel report a reset and discard the answer that
 * the client has yet to read; it takes that for a fault of the network and sends all of it again.
 */
export class Lingering {
  readonly #options: Required<LingeringOptions>;
  /** In the order in which they came. */
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

  /** Ends a connection whose answer is written. What still comes on it is nobody's. */
  end(socket: Socket): void {
    if (socket.destroyed || this.#lingering.has(socket)) return;
    if (this.#lingering.size >= this.#options.maxConnections) this.#closeFirst();
    this.#lingering.add(socket);
    socket.on('error', ignore).once('close', () => this.#lingering.delete(socket));
    this.#drop(socket);
    if (socket.writableFinished) return this.#limit(socket);
    socket.once('finish', () => this.#limit(socket));
    socket.end();
  }

  /** It had the most time to read its answer. */
  #closeFirst(): void {
    const [first] = this.#lingering;
    if (first === undefined) return;
    this.#lingering.delete(first);
    if (first.writableFinished) first.destroy();
    else first.once('finish', () => first.destroy());
  }

  /** Nothing is made of it any more, and no request that follows is begun. */
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

  /** Until its answer is sent, other limits hold. */
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

/** Node destroys a socket after an error by itself. */
function ignore(): void {}

/** Those of this process. */
export const lingering = new Lingering();
