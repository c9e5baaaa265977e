import type { Duplex } from 'node:stream';

import { thrownMessage, toError } from '../common/errors/to-error.ts';
import { ignore } from '../common/ignore.ts';
import {
  ChannelBusyError,
  ChannelClosedError,
  ChannelRemoteError,
  ChannelTimeoutError,
} from './channel.errors.ts';
import { encodeFrame, FrameDecoder } from './frames.ts';

/** Handles a request from the other side: returns plain data, or throws. */
export type RequestHandler = (name: string, body: unknown) => unknown;

/** Takes news from the other side, which expects no reply. */
export type NewsHandler = (name: string, body: unknown) => void;

export interface PeerOptions {
  /** Called with the other side's news. @default ignores them */
  onNews?: NewsHandler;
  /** Largest frame accepted from the other side. @default 16 MiB */
  maxFrameBytes?: number;
  /** Maximum requests awaiting replies. @default 256 */
  maxPending?: number;
}

/** News are dropped while this much waits to be sent: the other side does not read. */
const MAX_UNSENT_BYTES = 4 * 1024 * 1024;

interface Pending {
  name: string;
  timer: NodeJS.Timeout;
  resolve: (value: unknown) => void;
  reject: (error: Error) => void;
}

/** Bidirectional requests, replies and news over one stream. Every request settles. */
export class Peer {
  readonly #pending = new Map<number, Pending>();
  readonly #decoder: FrameDecoder;
  readonly #maxPending: number;
  readonly #onNews: NewsHandler;
  readonly closed: Promise<void>;
  #sequence = 0;
  #isGathering = false;

  constructor(
    readonly stream: Duplex,
    readonly handle: RequestHandler,
    options: PeerOptions = {},
  ) {
    this.#decoder = new FrameDecoder(options.maxFrameBytes ?? 16 * 1024 * 1024);
    this.#maxPending = options.maxPending ?? 256;
    this.#onNews = options.onNews ?? ignore;
    this.closed = new Promise((resolve) => {
      stream.once('close', () => {
        this.#failPending();
        resolve();
      });
    });
    stream.on('error', () => stream.destroy());
    stream.on('data', (chunk: Buffer) => this.#receive(chunk));
  }

  /**
   * Sends a request; resolves with the reply.
   * @throws ChannelTimeoutError, ChannelClosedError, ChannelBusyError, ChannelRemoteError
   */
  request(name: string, body: unknown, { timeoutMs }: { timeoutMs: number }): Promise<unknown> {
    if (this.stream.destroyed) return Promise.reject(new ChannelClosedError(name));
    if (this.#pending.size >= this.#maxPending) {
      return Promise.reject(new ChannelBusyError(name, this.#maxPending));
    }
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const id = ++this.#sequence;
    const giveUp = (): void => {
      if (this.#pending.delete(id)) reject(new ChannelTimeoutError(name, timeoutMs));
    };
    // First read replies that have already arrived: this process may be late, not the reply.
    const timer = setTimeout(() => setImmediate(giveUp), timeoutMs);
    this.#pending.set(id, { name, timer, resolve, reject });
    this.#write(encodeFrame({ ask: id, name, body }));
    return promise;
  }

  /** Sends news. Lost if the channel is closed, or the other side does not read. */
  tell(name: string, body: unknown): void {
    const { destroyed, writableLength } = this.stream;
    if (destroyed || writableLength > MAX_UNSENT_BYTES) return;
    this.#write(encodeFrame({ tell: name, body }));
  }

  /** Closes the channel; pending requests fail. */
  destroy(): void {
    this.stream.destroy();
  }

  #receive(chunk: Buffer): void {
    try {
      for (const value of this.#decoder.push(chunk)) this.#dispatch(value);
    } catch (error) {
      this.stream.destroy(toError(error));
    }
  }

  #dispatch(value: unknown): void {
    const message = asRecord(value);
    if (typeof message['ask'] === 'number' && typeof message['name'] === 'string') {
      void this.#answer(message['ask'], message['name'], message['body']);
    } else if (typeof message['reply'] === 'number') {
      this.#settle(message['reply'], message);
    } else if (typeof message['tell'] === 'string') {
      this.#onNews(message['tell'], message['body']);
    }
  }

  async #answer(id: number, name: string, body: unknown): Promise<void> {
    const frame = await this.#replyFrame(id, name, body);
    if (!this.stream.destroyed) this.#write(frame);
  }

  /** Batches all frames of one tick into one write: most requests come in groups. */
  #write(frame: Buffer): void {
    if (!this.#isGathering) {
      this.#isGathering = true;
      this.stream.cork();
      process.nextTick(() => {
        this.#isGathering = false;
        this.stream.uncork();
      });
    }
    this.stream.write(frame);
  }

  async #replyFrame(id: number, name: string, body: unknown): Promise<Buffer> {
    try {
      return encodeFrame({ reply: id, value: await this.handle(name, body) });
    } catch (error) {
      return encodeFrame({
        reply: id,
        error: thrownMessage(error),
      });
    }
  }

  #settle(id: number, message: Record<string, unknown>): void {
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    this.#pending.delete(id);
    clearTimeout(pending.timer);
    if (typeof message['error'] === 'string') {
      pending.reject(new ChannelRemoteError(pending.name, message['error']));
    } else {
      pending.resolve(message['value']);
    }
  }

  #failPending(): void {
    for (const { name, timer, reject } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new ChannelClosedError(name));
    }
    this.#pending.clear();
  }
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
