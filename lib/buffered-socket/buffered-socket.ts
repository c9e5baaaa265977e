import type { Duplex } from 'node:stream';

import { SocketClosedError, SocketDetachError } from './buffered-socket.errors.ts';
import {
  type BufferedSocketOptions,
  checkSocket,
  inheritedTimeoutMs,
  maxSizeOption,
  mostOption,
  type ResolvedBufferedSocketOptions,
  resolveBufferedSocketOptions,
  sizeOption,
  timeoutOption,
} from './buffered-socket.options.ts';
import { type Bytes, Delimiters, toBuffer } from './bytes.ts';
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
import type { Limits, WaitOptions } from './wait-limits.ts';

export interface MaxSizeOptions {
  /** Longest message, in bytes, its delimiter included. @default `maxSize` of the socket */
  maxSize?: number;
}

export interface ReadUntilOptions extends MaxSizeOptions {
  /** Whether the message is returned with its delimiter. @default false */
  withDelimiter?: boolean;
}

/** Finds a message in what is unread, and takes it; undefined: it is not whole yet. */
export type MessageParser<T> = (unread: UnreadBytes) => T | undefined;

/**
 * A socket made friendly to parsers: reads wait for as many bytes as they need, writes until the
 * socket has room.
 *
 * **Nothing is lost.** A read takes all that it returns or nothing: one that times out, is aborted,
 * meets a limit or an end leaves every byte to the next read. A write that is given up leaves what
 * the socket has not taken to the next `flush`.
 *
 * **No wait without an end.** Every wait has a limit for the operation as a whole, however the
 * bytes trickle in, and takes an `AbortSignal`. Within a request it ends with the request.
 *
 * **In order.** Reads that are asked for while another one waits queue behind it. `tryRead*` find
 * nothing then.
 *
 * **Memory.** Unread bytes are bounded by `highWaterMark`, or by what a read that waits asks for;
 * beyond that the other side has to wait. What promises give keeps hardly more than itself in memory;
 * what `tryRead*` give is a view of the chunk that came: use it at once, or copy it.
 *
 * @example
 * const socket = new BufferedSocket(connect(6379));
 * await socket.write('PING\r\n');
 * const reply = await socket.readUntil('\r\n'); // +PONG
 *
 * @throws TypeError, RangeError from the constructor and every method, for wrong arguments
 */
export class BufferedSocket<S extends Duplex = Duplex> implements AsyncDisposable {
  /** What it reads and writes. Use it for what is neither: addresses, `setNoDelay`, `ref`. */
  readonly socket: S;
  readonly #options: ResolvedBufferedSocketOptions;
  readonly #reading: ReadSide;
  readonly #intake: Intake;
  readonly #outlet: Outlet;
  /** For parsers whose results are promised, and for those whose results are used at once. */
  readonly #unread: UnreadBytes;
  readonly #views: UnreadBytes;
  readonly #delimiters = new Delimiters();
  #timeoutMs: number | undefined;
  #framing: Framing;
  #closing: Promise<void> | undefined;
  #isDetached = false;

  /** Reads from `socket` from now on; nobody else may. */
  constructor(socket: S, options?: BufferedSocketOptions) {
    checkSocket(socket);
    this.socket = socket;
    this.#options = resolveBufferedSocketOptions(options);
    this.#timeoutMs = this.#options.timeoutMs;
    this.#framing = { maxSize: this.#options.maxSize, withDelimiter: false };
    const { highWaterMark, maxWaiting } = this.#options;
    const outlet = new Outlet(socket, this.#options);
    const onGone = (cause: unknown): void => outlet.fail(cause);
    this.#outlet = outlet;
    this.#reading = new ReadSide(socket, { highWaterMark, maxWaiting, onGone });
    this.#intake = this.#reading.intake;
    this.#unread = new UnreadBytes(this.#intake.bytes, 'own');
    this.#views = new UnreadBytes(this.#intake.bytes, 'view');
    outlet.start();
    this.#reading.start();
  }

  /** Bytes that have come and are not read. */
  get bytesUnread(): number {
    return this.#intake.bytes.length;
  }

  /** Bytes that were given to `write` or `buffer` and that the socket has not taken. */
  get bytesUnsent(): number {
    return this.#outlet.bytesUnsent;
  }

  /** Milliseconds that an operation may take, unless it is told otherwise. May be changed. */
  get timeoutMs(): number {
    return this.#timeoutMs ?? inheritedTimeoutMs(this.socket);
  }

  set timeoutMs(value: number) {
    this.#timeoutMs = timeoutOption('timeoutMs', value);
  }

  /** Longest message, unless a read is told otherwise. May be changed. */
  get maxSize(): number {
    return this.#framing.maxSize;
  }

  set maxSize(value: number) {
    this.#framing = { maxSize: maxSizeOption('maxSize', value), withDelimiter: false };
  }

  /**
   * Reads what comes next: at least one byte and at most `size`, as they came.
   *
   * @returns null when the other side has ended and everything is read
   * @throws SocketTimeoutError, SocketAbortedError, SocketFailedError, SocketClosedError,
   * SocketBusyError, as any read
   */
  read(size?: number, options?: WaitOptions): Promise<Buffer | null> {
    return this.#reading.read('read', () => {
      const most = mostOption(size);
      const attempt = (): Buffer | null | undefined => takeAny(this.#intake, most, 'own');
      return { attempt, limits: this.#limits(options) };
    });
  }

  /** `read`, of what is there. @returns undefined when nothing is; null at the end */
  tryRead(size?: number): Buffer | null | undefined {
    const most = mostOption(size);
    return this.#reading.tried(
      'read',
      this.#reading.isFree ? takeAny(this.#intake, most, 'view') : undefined,
    );
  }

  /**
   * Reads `size` bytes. There is no other limit: check a size that the other side has sent.
   *
   * @throws SocketEndedError when the other side ends before that
   */
  readExactly(size: number, options?: WaitOptions): Promise<Buffer> {
    return this.#reading.read('readExactly', () => {
      sizeOption(size);
      const attempt = (): Buffer | undefined => takeExactly(this.#intake.bytes, size, 'own');
      return { attempt, limits: this.#limits(options) };
    });
  }

  /** `readExactly`, of what is there. @returns undefined when that is less */
  tryReadExactly(size: number): Buffer | undefined {
    const { bytes } = this.#intake;
    sizeOption(size);
    return this.#reading.tried(
      'readExactly',
      this.#reading.isFree ? takeExactly(bytes, size, 'view') : undefined,
    );
  }

  /**
   * Reads up to a delimiter, which is read too.
   *
   * @throws MessageTooLongError as soon as `maxSize` bytes are there and no delimiter ends in them
   * @throws SocketEndedError when the other side ends before that
   */
  readUntil(delimiter: Bytes, options?: ReadUntilOptions & WaitOptions): Promise<Buffer> {
    return this.#reading.read('readUntil', () => {
      const wanted = this.#delimiters.of(delimiter);
      const framing = this.#framingOf(options);
      const attempt = (): Buffer | undefined =>
        takeUntil(this.#intake.bytes, wanted, framing, 'own');
      return { attempt, limits: this.#limits(options) };
    });
  }

  /**
   * `readUntil`, of what is there. What was searched is not searched again next time.
   *
   * @returns undefined when no delimiter has come yet
   */
  tryReadUntil(delimiter: Bytes, options?: ReadUntilOptions): Buffer | undefined {
    const wanted = this.#delimiters.of(delimiter);
    const framing = this.#framingOf(options);
    return this.#reading.tried(
      'readUntil',
      this.#reading.isFree ? takeUntil(this.#intake.bytes, wanted, framing, 'view') : undefined,
    );
  }

  /**
   * Reads all that comes until the other side ends.
   *
   * @throws MessageTooLongError as soon as that is more than `maxSize`
   */
  readToEnd(options?: MaxSizeOptions & WaitOptions): Promise<Buffer> {
    return this.#reading.read('readToEnd', () => {
      const { maxSize } = this.#framingOf(options);
      const attempt = (): Buffer | undefined => takeToEnd(this.#intake, maxSize, 'own');
      return { attempt, limits: this.#limits(options) };
    });
  }

  /** `readToEnd`, when the end is there. @returns undefined when it is not */
  tryReadToEnd(options?: MaxSizeOptions): Buffer | undefined {
    const { maxSize } = this.#framingOf(options);
    return this.#reading.tried(
      'readToEnd',
      this.#reading.isFree ? takeToEnd(this.#intake, maxSize, 'view') : undefined,
    );
  }

  /**
   * Gives the next `size` bytes and leaves them unread. Do not write into them.
   *
   * @throws SocketEndedError when the other side ends before that
   */
  peek(size: number, options?: WaitOptions): Promise<Buffer> {
    return this.#reading.read('peek', () => {
      sizeOption(size);
      const attempt = (): Buffer | undefined => peekExactly(this.#intake.bytes, size, 'own');
      return { attempt, limits: this.#limits(options) };
    });
  }

  /** `peek`, of what is there. @returns undefined when that is less */
  tryPeek(size: number): Buffer | undefined {
    const { bytes } = this.#intake;
    sizeOption(size);
    return this.#reading.tried(
      'peek',
      this.#reading.isFree ? peekExactly(bytes, size, 'view') : undefined,
    );
  }

  /**
   * Reads a message of your own framing, all or nothing: `parse` is called whenever bytes have
   * come, until it returns something. It may look at what is there, and takes only what is whole;
   * what it throws, before it took anything, is what the read fails with.
   *
   * @example
   * socket.readMessage((unread) => {
   *   const size = unread.uintBE(0, 4);
   *   if (size === undefined) return undefined;
   *   if (size > MAX_SIZE) throw new RangeError(`a message of ${size} bytes`);
   *   return unread.length < 4 + size ? undefined : unread.take(4 + size).subarray(4);
   * });
   * @throws SocketEndedError when the other side ends before that
   */
  readMessage<T>(parse: MessageParser<T>, options?: WaitOptions): Promise<T> {
    return this.#reading.read('readMessage', () => {
      const attempt = (): T | undefined => parse(this.#unread);
      return { attempt, limits: this.#limits(options) };
    });
  }

  /** `readMessage`, of what is there. @returns undefined when that is no whole message */
  tryReadMessage<T>(parse: MessageParser<T>): T | undefined {
    return this.#reading.tried(
      'readMessage',
      this.#reading.isFree ? parse(this.#views) : undefined,
    );
  }

  /**
   * Lines, without their LF or CRLF, until the other side ends; a last one may have neither. Leave
   * the loop when you like: what is unread stays, and the socket stays open.
   *
   * @throws MessageTooLongError, SocketTimeoutError (per line) and as any read
   */
  async *lines(options?: MaxSizeOptions & WaitOptions): AsyncGenerator<Buffer, void, undefined> {
    const reading = this.#reading;
    const { maxSize } = this.#framingOf(options);
    const limits = this.#limits(options);
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

  /** Chunks as they come, until the other side ends. Leaving the loop closes nothing. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- one chunk after the other
      const chunk = await this.read();
      if (chunk === null) return;
      yield chunk;
    }
  }

  /**
   * Puts bytes in front of those that are unread, as if they had not been read. They are not
   * copied.
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
   * Sends what was buffered and `data`. Resolves when the socket has taken all of it and has room
   * for more. They are not copied: leave them as they are.
   *
   * @throws SocketTimeoutError, SocketAbortedError: `bytesUnsent` are kept for the next `flush` or
   * `write`, so that the other side never gets half a message
   * @throws SocketFailedError, SocketClosedError, SocketBusyError
   */
  async write(data: Bytes, options?: WaitOptions): Promise<void> {
    const limits = this.#limits(options);
    this.#outlet.checkSignal('write', limits);
    this.#outlet.add('write', toBuffer('data', data));
    await this.#outlet.flush('write', limits);
  }

  /**
   * Keeps bytes, to be sent with the next `write` or `flush` in one go. They are not copied.
   *
   * @throws SocketBusyError when `maxUnsent` bytes wait, SocketFailedError, SocketClosedError
   */
  buffer(data: Bytes): void {
    this.#outlet.add('buffer', toBuffer('data', data));
  }

  /** Sends what was buffered, and what a `write` that was given up has left. As `write`. */
  async flush(options?: WaitOptions): Promise<void> {
    await this.#outlet.flush('flush', this.#limits(options));
  }

  /** Takes out what the socket has not taken: it will not be sent. */
  takeUnsent(): Buffer {
    return this.#outlet.takeUnsent();
  }

  /**
   * Sends what was buffered and ends this side; the other side may go on sending. Resolves when the
   * system has taken all of it. (A socket made without `allowHalfOpen` ends this side by itself
   * when the other one ends.)
   */
  async end(options?: WaitOptions): Promise<void> {
    await this.#outlet.end(this.#limits(options));
  }

  /**
   * Gives the socket back, paused, with its unread bytes in it: for another protocol on the same
   * connection. Reads that wait fail.
   *
   * @throws SocketDetachError when bytes are left that the next owner would not get: unsent ones,
   * or unread ones of a socket that has ended
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
   * Closes the socket when it has sent what it has taken, at the latest when the time is up. Drops
   * what is unread or only buffered; what waits fails. Never rejects; a second call joins the first.
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

  #framingOf(options: ReadUntilOptions | undefined): Framing {
    if (options === undefined) return this.#framing;
    const { maxSize = this.maxSize, withDelimiter = false } = options;
    return { maxSize: maxSizeOption('maxSize', maxSize), withDelimiter };
  }

  #limits({ timeoutMs, signal }: WaitOptions = {}): Limits {
    if (timeoutMs === undefined) return { timeoutMs: this.timeoutMs, signal };
    return { timeoutMs: timeoutOption('timeoutMs', timeoutMs), signal };
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
