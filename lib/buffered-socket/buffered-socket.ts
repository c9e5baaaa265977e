import type { Duplex } from 'node:stream';

import { signalOption, timeoutOption } from '../common/options/call-options.ts';
import { booleanOption } from '../common/options/checks.ts';
import type { OptionTable } from '../common/options/kind.ts';
import { SocketClosedError, SocketDetachError } from './buffered-socket.errors.ts';
import {
  type BufferedSocketOptions,
  checkSocket,
  inheritedTimeoutMs,
  mostOption,
  type ResolvedBufferedSocketOptions,
  resolveBufferedSocketOptions,
  sizeOption,
} from './buffered-socket.options.ts';
import { type Bytes, Delimiters, toBuffer } from './bytes.ts';
import {
  checkNames,
  KNOWN,
  type MaxSizeOptions,
  maxSizeOption,
  type ReadUntilOptions,
  type WaitOptions,
} from './call.options.ts';
import { closeSocket, destroySocket } from './close-socket.ts';
import type { Intake } from './intake.ts';
import { Outlet } from './outlet.ts';
import { ReadSide } from './read-side.ts';
import {
  type Framing,
  peekExactly,
  takeAny,
  takeExactly,
  takeLine,
  takeToEnd,
  takeUntil,
} from './reads.ts';
import { UnreadBytes } from './unread.ts';
import type { Limits } from './wait-limits.ts';

/** Takes a message from the unread bytes; returns undefined while it is incomplete. */
export type MessageParser<T> = (unread: UnreadBytes) => T | undefined;

/**
 * A socket for parsers: reads wait until they have the bytes they need, writes until the socket has
 * room.
 *
 * **No loss.** A read takes all that it returns or nothing: after a timeout, an abort, a size limit
 * or an end, every byte is left to the next read. A `write` that times out or is aborted leaves its
 * unsent bytes to the next `flush`.
 *
 * **Bounded waits.** Every wait has a limit for the whole operation, even if bytes trickle in, and
 * takes an `AbortSignal`. Within a request it ends with the request.
 *
 * **In order.** Reads queue behind one that waits; meanwhile `try*` methods return undefined.
 *
 * **Memory.** Unread bytes are bounded by `highWaterMark`, or by the need of a waiting read; beyond
 * that, back-pressure stops the peer. A promised result keeps little memory besides itself alive; a
 * `try*` result is a view of the chunk received: use it at once, or copy it.
 *
 * @example
 * const socket = new BufferedSocket(connect(6379));
 * await socket.write('PING\r\n');
 * const reply = await socket.readUntil('\r\n'); // +PONG
 *
 * @throws TypeError, RangeError from the constructor and every method, for invalid arguments
 */
export class BufferedSocket<S extends Duplex = Duplex> implements AsyncDisposable {
  /** Underlying socket. Use it only for addresses and options, such as `setNoDelay` and `ref`. */
  readonly socket: S;
  readonly #options: ResolvedBufferedSocketOptions;
  readonly #reading: ReadSide;
  readonly #intake: Intake;
  readonly #outlet: Outlet;
  /** Unread bytes for parsers of `readMessage`, and as views for those of `tryReadMessage`. */
  readonly #unread: UnreadBytes;
  readonly #views: UnreadBytes;
  readonly #delimiters = new Delimiters();
  #timeoutMs: number | undefined;
  #framing: Framing;
  #closing: Promise<void> | undefined;
  #isDetached = false;

  /** Starts to read from `socket`, which must have no other reader. */
  constructor(socket: S, options?: BufferedSocketOptions) {
    checkSocket(socket);
    this.socket = socket;
    this.#options = resolveBufferedSocketOptions(options);
    this.#timeoutMs = this.#options.timeoutMs;
    this.#framing = { maxSize: this.#options.maxSize, withDelimiter: false };
    const { highWaterMark, maxQueue } = this.#options;
    const outlet = new Outlet(socket, this.#options);
    const onGone = (cause: unknown): void => outlet.fail(cause);
    this.#outlet = outlet;
    this.#reading = new ReadSide(socket, { highWaterMark, maxQueue, onGone });
    this.#intake = this.#reading.intake;
    this.#unread = new UnreadBytes(this.#intake.bytes, 'own');
    this.#views = new UnreadBytes(this.#intake.bytes, 'view');
    outlet.start();
    this.#reading.start();
  }

  /** Bytes received and not read. */
  get bytesUnread(): number {
    return this.#intake.bytes.length;
  }

  /** Bytes passed to `write` or `buffer` that the socket has not taken. */
  get bytesUnsent(): number {
    return this.#outlet.bytesUnsent;
  }

  /** Limit of an operation in total, unless the call gives its own. May be changed. */
  get timeoutMs(): number {
    return this.#timeoutMs ?? inheritedTimeoutMs(this.socket);
  }

  set timeoutMs(value: number) {
    this.#timeoutMs = timeoutOption('timeoutMs', value);
  }

  /** Longest message in bytes, unless the call gives its own. May be changed. */
  get maxSize(): number {
    return this.#framing.maxSize;
  }

  set maxSize(value: number) {
    this.#framing = { maxSize: maxSizeOption('maxSize', value), withDelimiter: false };
  }

  /**
   * Reads the next bytes: at least one, at most `size`, from one chunk.
   *
   * @returns null when the peer has ended and everything is read
   * @throws SocketTimeoutError, SocketAbortedError, SocketFailedError, SocketClosedError,
   * SocketBusyError, like every read
   */
  read(size?: number, options?: WaitOptions): Promise<Buffer | null> {
    return this.#reading.read('read', () => {
      const most = mostOption(size);
      const attempt = (): Buffer | null | undefined => takeAny(this.#intake, most, 'own');
      return { attempt, limits: this.#limits(options) };
    });
  }

  /** `read` without a wait. @returns undefined when nothing is unread; null at the end */
  tryRead(size?: number): Buffer | null | undefined {
    const most = mostOption(size);
    return this.#reading.tried(
      'read',
      this.#reading.isFree ? takeAny(this.#intake, most, 'view') : undefined,
    );
  }

  /**
   * Reads `size` bytes. `maxSize` does not apply: validate a size that the peer has sent.
   *
   * @throws SocketEndedError when the peer ends before that
   */
  readExactly(size: number, options?: WaitOptions): Promise<Buffer> {
    return this.#reading.read('readExactly', () => {
      sizeOption(size);
      const attempt = (): Buffer | undefined => takeExactly(this.#intake.bytes, size, 'own');
      return { attempt, limits: this.#limits(options) };
    });
  }

  /** `readExactly` without a wait. @returns undefined when fewer bytes are unread */
  tryReadExactly(size: number): Buffer | undefined {
    const { bytes } = this.#intake;
    sizeOption(size);
    return this.#reading.tried(
      'readExactly',
      this.#reading.isFree ? takeExactly(bytes, size, 'view') : undefined,
    );
  }

  /**
   * Reads up to and including a delimiter.
   *
   * @throws MessageTooLongError once `maxSize` bytes are unread and no delimiter ends within them
   * @throws SocketEndedError when the peer ends before that
   */
  readUntil(delimiter: Bytes, options?: ReadUntilOptions & WaitOptions): Promise<Buffer> {
    return this.#reading.read('readUntil', () => {
      const wanted = this.#delimiters.of(delimiter);
      const framing = this.#framingOf(options, KNOWN.readUntilAndWait);
      const attempt = (): Buffer | undefined =>
        takeUntil(this.#intake.bytes, wanted, framing, 'own');
      return { attempt, limits: this.#checkedLimits(options) };
    });
  }

  /**
   * `readUntil` without a wait. The next call resumes the search where this one stopped.
   *
   * @returns undefined when no delimiter has come yet
   */
  tryReadUntil(delimiter: Bytes, options?: ReadUntilOptions): Buffer | undefined {
    const wanted = this.#delimiters.of(delimiter);
    const framing = this.#framingOf(options, KNOWN.readUntil);
    return this.#reading.tried(
      'readUntil',
      this.#reading.isFree ? takeUntil(this.#intake.bytes, wanted, framing, 'view') : undefined,
    );
  }

  /**
   * Reads all bytes until the peer ends.
   *
   * @throws MessageTooLongError once more than `maxSize` bytes are unread
   */
  readToEnd(options?: MaxSizeOptions & WaitOptions): Promise<Buffer> {
    return this.#reading.read('readToEnd', () => {
      const { maxSize } = this.#framingOf(options, KNOWN.maxSizeAndWait);
      const attempt = (): Buffer | undefined => takeToEnd(this.#intake, maxSize, 'own');
      return { attempt, limits: this.#checkedLimits(options) };
    });
  }

  /** `readToEnd` without a wait. @returns undefined when the peer has not ended */
  tryReadToEnd(options?: MaxSizeOptions): Buffer | undefined {
    const { maxSize } = this.#framingOf(options, KNOWN.maxSize);
    return this.#reading.tried(
      'readToEnd',
      this.#reading.isFree ? takeToEnd(this.#intake, maxSize, 'view') : undefined,
    );
  }

  /**
   * Returns the next `size` bytes and leaves them unread. Do not write into them.
   *
   * @throws SocketEndedError when the peer ends before that
   */
  peek(size: number, options?: WaitOptions): Promise<Buffer> {
    return this.#reading.read('peek', () => {
      sizeOption(size);
      const attempt = (): Buffer | undefined => peekExactly(this.#intake.bytes, size, 'own');
      return { attempt, limits: this.#limits(options) };
    });
  }

  /** `peek` without a wait. @returns undefined when fewer bytes are unread */
  tryPeek(size: number): Buffer | undefined {
    const { bytes } = this.#intake;
    sizeOption(size);
    return this.#reading.tried(
      'peek',
      this.#reading.isFree ? peekExactly(bytes, size, 'view') : undefined,
    );
  }

  /**
   * Reads a message of your own framing, all or nothing: calls `parse` at once and whenever bytes
   * come, until it returns a value. It may peek, but must take bytes only of a complete message. An
   * error that it throws, before it takes anything, rejects the read.
   *
   * @example
   * socket.readMessage((unread) => {
   *   const size = unread.uintBE(0, 4);
   *   if (size === undefined) return undefined;
   *   if (size > MAX_SIZE) throw new RangeError(`a message of ${size} bytes`);
   *   return unread.length < 4 + size ? undefined : unread.take(4 + size).subarray(4);
   * });
   * @throws SocketEndedError when the peer ends before that
   */
  readMessage<T>(parse: MessageParser<T>, options?: WaitOptions): Promise<T> {
    return this.#reading.read('readMessage', () => {
      const attempt = (): T | undefined => parse(this.#unread);
      return { attempt, limits: this.#limits(options) };
    });
  }

  /** `readMessage` without a wait. @returns undefined when the message is incomplete */
  tryReadMessage<T>(parse: MessageParser<T>): T | undefined {
    return this.#reading.tried(
      'readMessage',
      this.#reading.isFree ? parse(this.#views) : undefined,
    );
  }

  /**
   * Yields lines without their LF or CRLF until the peer ends; the last one may have neither.
   * Leaving the loop keeps unread bytes and the socket open.
   *
   * @throws MessageTooLongError, SocketTimeoutError (per line), and like every read
   */
  async *lines(options?: MaxSizeOptions & WaitOptions): AsyncGenerator<Buffer, void, undefined> {
    const reading = this.#reading;
    const { maxSize } = this.#framingOf(options, KNOWN.maxSizeAndWait);
    const limits = this.#checkedLimits(options);
    const attempt = (): Buffer | null | undefined => takeLine(this.#intake, maxSize);
    for (;;) {
      const isReady = reading.isFree && limits.signal?.aborted !== true;
      let line = isReady ? reading.tried('lines', attempt()) : undefined;
      // oxlint-disable-next-line no-await-in-loop -- one line after the other
      if (line === undefined) line = await reading.read('lines', () => ({ attempt, limits }));
      if (line === null) return;
      yield line;
    }
  }

  /** Yields chunks as received until the peer ends. Leaving the loop closes nothing. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one chunk after the other
      const chunk = await this.read();
      if (chunk === null) return;
      yield chunk;
    }
  }

  /**
   * Prepends bytes to the unread ones, without a copy, as if they had not been read.
   *
   * @throws SocketClosedError
   */
  unshift(data: Bytes): void {
    const bytes = toBuffer('data', data);
    if (this.#reading.state === 'CLOSED') throw this.#reading.over('unshift');
    this.#intake.bytes.unshift(bytes);
    this.#reading.serve();
  }

  /**
   * Sends buffered bytes and `data`. Resolves when the socket has taken all of it and has room for
   * more. Does not copy `data`: do not modify it afterwards.
   *
   * @throws SocketTimeoutError, SocketAbortedError: `bytesUnsent` are kept for the next `flush` or
   * `write`, so that the peer never gets half a message
   * @throws SocketFailedError, SocketClosedError, SocketBusyError
   */
  async write(data: Bytes, options?: WaitOptions): Promise<void> {
    const limits = this.#limits(options);
    this.#outlet.checkSignal('write', limits);
    this.#outlet.add('write', toBuffer('data', data));
    await this.#outlet.flush('write', limits);
  }

  /**
   * Buffers bytes, without a copy, to send them together with the next `write` or `flush`.
   *
   * @throws SocketBusyError when `maxUnsent` bytes wait, SocketFailedError, SocketClosedError
   */
  buffer(data: Bytes): void {
    this.#outlet.add('buffer', toBuffer('data', data));
  }

  /** Sends buffered bytes and those that a failed `write` has left. Throws like `write`. */
  async flush(options?: WaitOptions): Promise<void> {
    await this.#outlet.flush('flush', this.#limits(options));
  }

  /** Removes and returns the bytes that the socket has not taken, which are then not sent. */
  takeUnsent(): Buffer {
    return this.#outlet.takeUnsent();
  }

  /**
   * Sends buffered bytes and ends this side (half-close); the peer may go on sending. Resolves when
   * the system has taken all bytes. A socket without `allowHalfOpen` ends this side by itself when
   * the peer ends. Throws like `write`.
   */
  async end(options?: WaitOptions): Promise<void> {
    await this.#outlet.end(this.#limits(options));
  }

  /**
   * Returns the socket, paused and with unread bytes put back, for another protocol on the same
   * connection. Reads that wait fail.
   *
   * @throws SocketDetachError when the next owner would lose bytes: unsent ones, or unread ones of
   * a socket that has ended
   * @throws SocketClosedError
   */
  detach(): S {
    this.#mayDetach();
    const chunks = this.#intake.bytes.drain();
    this.#isDetached = true;
    this.#stop();
    this.socket.pause();
    for (const chunk of chunks.toReversed()) this.socket.unshift(chunk);
    return this.socket;
  }

  /**
   * Closes the socket once it has sent the bytes it has taken, or at the time limit. Drops unread
   * and buffered bytes; reads and writes that wait fail. Rejects only for invalid options; a second
   * call joins the first.
   */
  async close(options?: WaitOptions): Promise<void> {
    const limits = this.#limits(options);
    await (this.#closing ??= this.#close(limits));
  }

  /** Closes the socket at once. */
  destroy(error?: Error): void {
    if (this.#isDetached) return;
    this.#drop();
    destroySocket(this.socket, error);
  }

  /** `close()` */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Checks the names of all options of the call, then those of its framing. */
  #framingOf(options: ReadUntilOptions | undefined, known: OptionTable): Framing {
    if (options === undefined) return this.#framing;
    checkNames(options, known);
    const { maxSize = this.maxSize, withDelimiter = false } = options;
    return {
      maxSize: maxSizeOption('maxSize', maxSize),
      withDelimiter: booleanOption('withDelimiter', withDelimiter),
    };
  }

  #limits(options: WaitOptions | undefined): Limits {
    if (options !== undefined) checkNames(options, KNOWN.wait);
    return this.#checkedLimits(options);
  }

  /** Limits of options whose names are checked. */
  #checkedLimits({ timeoutMs, signal }: WaitOptions = {}): Limits {
    return {
      timeoutMs: timeoutMs === undefined ? this.timeoutMs : timeoutOption('timeoutMs', timeoutMs),
      signal: signal === undefined ? undefined : signalOption('signal', signal),
    };
  }

  #mayDetach(): void {
    const { bytesUnread, bytesUnsent } = this;
    const { state } = this.#reading;
    const about = { operation: 'detach', bytesRead: bytesUnread, bytesUnsent };
    if (state === 'CLOSED') throw new SocketClosedError(about);
    if (bytesUnsent > 0) throw new SocketDetachError(`${bytesUnsent} bytes are not sent`, about);
    if (bytesUnread > 0 && state !== 'OPEN') {
      throw new SocketDetachError(`${bytesUnread} bytes are unread, and it has ended`, about);
    }
  }

  async #close(limits: Limits): Promise<void> {
    if (this.#isDetached) return;
    this.#drop();
    await closeSocket(this.socket, limits);
  }

  #drop(): void {
    this.#intake.bytes.drain();
    this.#stop();
    this.#outlet.takeUnsent();
  }

  #stop(): void {
    this.#outlet.stop();
    this.#reading.stop();
  }
}
