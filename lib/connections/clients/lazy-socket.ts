import { type AddressInfo, Socket } from 'node:net';

import { ignore } from '../../common/ignore.ts';
import { wrongType } from '../../common/options/checks.ts';
import { outside } from '../../common/outside.ts';

/** Opens the connection; rejects when the signal aborts. */
export type OpenSocket = (options: { signal: AbortSignal }) => Promise<Socket>;

type Done = (error?: Error | null) => void;

type State =
  | { kind: 'IDLE' }
  | { kind: 'DIALLING'; abort: AbortController }
  | { kind: 'OPEN'; socket: Socket }
  | { kind: 'CLOSED' };

/** Properties read from the connection; undefined without one. */
const OF_THE_CONNECTION = [
  'bytesRead',
  'bytesWritten',
  'localAddress',
  'localPort',
  'localFamily',
  'remoteAddress',
  'remotePort',
  'remoteFamily',
] as const;

/** Properties of the write buffer, here or in the connection. */
const OF_THE_BUFFER = ['writableLength', 'writableNeedDrain', 'writableCorked'] as const;

/**
 * Facade of a socket that is still being dialled, for clients that need one at once or call
 * `connect` themselves. Passes on bytes with back-pressure, the end of either side, errors, time
 * limits, and options, including those set before the connection is open.
 */
export class LazySocket extends Socket {
  declare connecting: boolean;
  declare timeout?: number;
  readonly #dial: OpenSocket;
  #state: State = { kind: 'IDLE' };
  /** Calls to repeat once open: options, and at most one write and one end. */
  #whenOpen: ((socket: Socket) => void)[] = [];
  /** Callback of a write made before the connection was open. */
  #unsent: Done | undefined;
  #silence: NodeJS.Timeout | undefined;
  /** Target of writes while our own buffer is empty: skipping it halves the facade's cost. */
  #direct: Socket | undefined;
  #isFull = false;
  #hasEnded = false;

  // Accessors in Node, but properties in its types, so `override get` does not compile.
  static {
    const define = (name: string, get: (this: LazySocket) => unknown): void => {
      Object.defineProperty(this.prototype, name, { get, configurable: true });
    };
    for (const name of OF_THE_CONNECTION) {
      define(name, function () {
        return this.#socket?.[name];
      });
    }
    for (const name of OF_THE_BUFFER) {
      define(name, function () {
        return this.#direct === undefined
          ? Reflect.get(Socket.prototype, name, this)
          : this.#direct[name];
      });
    }
    define('pending', function () {
      return this.#state.kind !== 'OPEN';
    });
  }

  constructor(dial: OpenSocket) {
    super();
    if (typeof dial !== 'function') throw wrongType('The dial of LazySocket', 'a function', dial);
    this.#dial = dial;
  }

  /** Starts dialling. Ignores the client's arguments, such as an address, except a listener. */
  override connect(...args: unknown[]): this {
    const listener = args.find((one) => typeof one === 'function');
    if (listener !== undefined) this.once('connect', listener as () => void);
    if (this.#state.kind !== 'IDLE') return this;
    const abort = new AbortController();
    this.#state = { kind: 'DIALLING', abort };
    this.connecting = true;
    // Dial in the caller's request, with its deadline; keep what outlives it outside any request.
    this.#dial({ signal: abort.signal }).then(
      (socket) => outside(() => this.#open(socket)),
      (error: Error) => outside(() => this.destroy(error)),
    );
    return this;
  }

  override setNoDelay(noDelay?: boolean): this {
    return this.#with((socket) => socket.setNoDelay(noDelay));
  }

  override setKeepAlive(...options: unknown[]): this {
    return this.#with((socket) => socket.setKeepAlive(...(options as [boolean?, number?])));
  }

  override ref(): this {
    return this.#with((socket) => socket.ref());
  }

  override unref(): this {
    return this.#with((socket) => socket.unref());
  }

  /** Limits silence from now on, also before the connection is open. */
  override setTimeout(ms: number, listener?: () => void): this {
    this.timeout = ms;
    if (listener !== undefined && ms > 0) this.once('timeout', listener);
    if (listener !== undefined && ms === 0) this.off('timeout', listener);
    const state = this.#state;
    if (state.kind === 'OPEN') outside(() => state.socket.setTimeout(ms));
    else this.#awaitSilence(ms);
    return this;
  }

  /** Emits the end outside any request, because clients schedule their reconnect there. */
  override destroy(error?: Error): this {
    return outside(() => super.destroy(error));
  }

  override resetAndDestroy(): this {
    if (this.#state.kind === 'OPEN') this.#state.socket.resetAndDestroy();
    return this.destroy();
  }

  override address(): AddressInfo | Record<string, never> {
    return this.#socket?.address() ?? {};
  }

  override write(chunk: unknown, encoding?: unknown, done?: unknown): boolean {
    const args = [chunk, encoding, done] as [Uint8Array, BufferEncoding, Done];
    return this.#direct === undefined ? super.write(...args) : this.#direct.write(...args);
  }

  override end(chunk?: unknown, encoding?: unknown, done?: unknown): this {
    this.#direct = undefined;
    return super.end(chunk as Uint8Array, encoding as BufferEncoding, done as () => void);
  }

  override cork(): void {
    if (this.#direct === undefined) super.cork();
    else this.#direct.cork();
  }

  override uncork(): void {
    if (this.#direct === undefined) super.uncork();
    else this.#direct.uncork();
  }

  /** @internal */
  override _read(): void {
    if (!this.#isFull) return;
    this.#isFull = false;
    this.#socket?.resume();
  }

  /** @internal */
  override _write(chunk: Uint8Array | string, encoding: BufferEncoding, done: Done): void {
    if (this.#state.kind !== 'OPEN') this.#unsent = done;
    this.#with((socket) => socket.write(chunk, encoding, (error) => this.#written(done, error)));
  }

  /** @internal */
  override _writev(all: { chunk: Uint8Array; encoding: BufferEncoding }[], done: Done): void {
    if (this.#state.kind !== 'OPEN') this.#unsent = done;
    this.#with((socket) => {
      socket.cork();
      const last = all.length - 1;
      for (const [at, { chunk, encoding }] of all.entries()) {
        socket.write(
          chunk,
          encoding,
          at === last ? (error) => this.#written(done, error) : undefined,
        );
      }
      socket.uncork();
    });
  }

  /** @internal */
  override _final(done: Done): void {
    this.#with((socket) => {
      if (socket.writable) socket.end(() => done());
      else done();
    });
  }

  /** @internal */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const state = this.#state;
    this.#state = { kind: 'CLOSED' };
    this.connecting = false;
    this.#direct = undefined;
    this.#whenOpen = [];
    clearTimeout(this.#silence);
    done(error);
    this.#unsent?.(error ?? closedTooEarly());
    // `Socket` disables `emitClose` and emits 'close' once its descriptor is closed; so do we.
    const close = (): void => void this.emit('close', error !== null);
    if (state.kind === 'OPEN' && !state.socket.destroyed) {
      state.socket.once('close', close).destroy();
      return;
    }
    if (state.kind === 'DIALLING') state.abort.abort();
    process.nextTick(close);
  }

  get #socket(): Socket | undefined {
    return this.#state.kind === 'OPEN' ? this.#state.socket : undefined;
  }

  #with(use: (socket: Socket) => void): this {
    if (this.#state.kind === 'OPEN') use(this.#state.socket);
    else if (this.#state.kind !== 'CLOSED') this.#whenOpen.push(use);
    return this;
  }

  #awaitSilence(ms: number): void {
    clearTimeout(this.#silence);
    if (ms === 0 || this.#state.kind === 'CLOSED') return;
    this.#silence = outside(() => setTimeout(() => this.emit('timeout'), ms)).unref();
  }

  #open(socket: Socket): void {
    if (this.#state.kind !== 'DIALLING') {
      socket.on('error', ignore).destroy();
      return;
    }
    this.#state = { kind: 'OPEN', socket };
    this.connecting = false;
    clearTimeout(this.#silence);
    if (this.timeout !== undefined) socket.setTimeout(this.timeout);
    this.#follow(socket);
    const waiting = this.#whenOpen;
    this.#whenOpen = [];
    this.#unsent = undefined;
    for (const use of waiting) use(socket);
    this.#goDirect();
    this.emit('connect');
    this.emit('ready');
  }

  #follow(socket: Socket): void {
    socket
      .on('data', (chunk: Buffer) => this.#receive(socket, chunk))
      .on('end', () => {
        this.#hasEnded = true;
        this.push(null);
      })
      .on('drain', () => this.#direct !== undefined && this.emit('drain'))
      .on('timeout', () => this.emit('timeout'))
      .on('error', (error) => this.destroy(error))
      .on('close', () => {
        // After an end, unread bytes can still be read.
        if (!this.#hasEnded) this.destroy();
      });
    if (socket.destroyed) this.destroy(socket.errored ?? undefined);
  }

  #written(done: Done, error?: Error | null): void {
    done(error);
    this.#goDirect();
  }

  #goDirect(): void {
    if (this.writableLength === 0 && this.writableCorked === 0 && !this.writableEnded) {
      this.#direct = this.#socket;
    }
  }

  #receive(socket: Socket, chunk: Buffer): void {
    // Fast path, as in `Readable` for a chunk that need not be buffered.
    if (this.readableFlowing === true && this.readableLength === 0 && !this.readableEncoding) {
      this.emit('data', chunk);
      return;
    }
    if (this.push(chunk)) return;
    this.#isFull = true;
    socket.pause();
  }
}

/** Same message and code as Node's own. */
function closedTooEarly(): Error {
  const error = new Error('Socket closed before the connection was established');
  return Object.assign(error, { code: 'ERR_SOCKET_CLOSED_BEFORE_CONNECTION' });
}
