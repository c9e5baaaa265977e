import { constants } from 'node:buffer';
import type { Duplex } from 'node:stream';

import { NetstringError, SocketEndedError } from './buffered-socket.errors.ts';
import type { BufferedSocket } from './buffered-socket.ts';
import { type Bytes, toBuffer } from './bytes.ts';
import {
  checkNames,
  KNOWN,
  type MaxSizeOptions,
  maxSizeOption,
  type WaitOptions,
} from './call.options.ts';
import type { UnreadBytes } from './unread.ts';

const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const COMMA = 0x2c;
const TERMINATOR = Buffer.from(',');

/** Start and end of a netstring's message. */
interface Head {
  start: number;
  end: number;
}

/**
 * Messages as netstrings, `5:hello,` (D. J. Bernstein, 1997), over a `BufferedSocket`. Strict: a
 * size has digits only, without leading zeros, and is checked as it comes, so that nothing is
 * buffered for an invalid or too long message. Rejected bytes stay unread.
 *
 * @example
 * const messages = new NetstringSocket(new BufferedSocket(socket));
 * await messages.write('ping');
 * const pong = await messages.read();
 */
export class NetstringSocket<S extends Duplex = Duplex> implements AsyncDisposable {
  /** Underlying socket, for bytes outside of netstrings. */
  readonly socket: BufferedSocket<S>;

  constructor(socket: BufferedSocket<S>) {
    this.socket = socket;
  }

  /**
   * Reads a message.
   *
   * @throws NetstringError when the bytes are no netstring (`reason` `size` or `terminator`), or
   * the message has more than `maxSize` bytes (`too-long`)
   * @throws SocketEndedError when the peer ends before that, and like every read
   */
  async read(options?: MaxSizeOptions & WaitOptions): Promise<Buffer> {
    if (options === undefined) {
      return this.socket.readMessage((unread) => takeNetstring(unread, this.socket.maxSize));
    }
    checkNames(options, KNOWN.maxSizeAndWait);
    const { maxSize = this.socket.maxSize, ...wait } = options;
    const most = maxSizeOption('maxSize', maxSize);
    return this.socket.readMessage((unread) => takeNetstring(unread, most), wait);
  }

  /** `read` without a wait. @returns undefined when the message is incomplete */
  tryRead(options: MaxSizeOptions = {}): Buffer | undefined {
    checkNames(options, KNOWN.maxSize);
    const most = maxSizeOption('maxSize', options.maxSize ?? this.socket.maxSize);
    return this.socket.tryReadMessage((unread) => takeNetstring(unread, most));
  }

  /** Sends a message, as `BufferedSocket.write` does. */
  async write(data: Bytes, options?: WaitOptions): Promise<void> {
    await this.socket.write(netstring(data), options);
  }

  /** Buffers a message, to send it with the next `write` or `flush`. */
  buffer(data: Bytes): void {
    this.socket.buffer(netstring(data));
  }

  /** Yields messages until the peer ends, which it must do between two of them. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one message after the other
      const message = await this.read().catch(nullAtEnd);
      if (message === null) return;
      yield message;
    }
  }

  /** Closes the socket. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.socket.close();
  }
}

/** Accepts an end between two messages. */
function nullAtEnd(error: unknown): null {
  if (error instanceof SocketEndedError && error.bytesRead === 0) return null;
  throw error;
}

function netstring(data: Bytes): Buffer {
  const bytes = toBuffer('data', data);
  return Buffer.concat([Buffer.from(`${bytes.length}:`), bytes, TERMINATOR]);
}

function takeNetstring(unread: UnreadBytes, maxSize: number): Buffer | undefined {
  const head = readHead(unread, Math.min(maxSize, constants.MAX_LENGTH));
  if (head === undefined || unread.length <= head.end) return undefined;
  if (unread.at(head.end) !== COMMA) throw refuse('terminator', unread);
  unread.skip(head.start);
  const message = unread.take(head.end - head.start);
  unread.skip(1);
  return message;
}

/** Parses the size; undefined while it is incomplete. */
function readHead(unread: UnreadBytes, maxSize: number): Head | undefined {
  let size = 0;
  for (let at = 0; ; at++) {
    const byte = unread.at(at);
    if (byte === undefined) return undefined;
    if (byte === COLON && at > 0) return { start: at + 1, end: at + 1 + size };
    const isDigit = byte >= ZERO && byte <= NINE;
    if (!isDigit || (at > 0 && size === 0)) throw refuse('size', unread);
    size = size * 10 + byte - ZERO;
    if (size > maxSize) throw refuse('too-long', unread);
  }
}

function refuse(reason: NetstringError['reason'], { length }: UnreadBytes): NetstringError {
  return new NetstringError(reason, { operation: 'readMessage', bytesRead: length });
}
