import { Server as NetServer, type Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

import { lingering } from '../../common/http/lingering.ts';
import { repliesSent, stopIntake } from './message-intake.ts';

type StartHook = (transport: unknown, context: object, done: () => unknown) => unknown;
type EndHook = (transport: unknown, context: object | undefined) => void;

/** The used part of Nest's transport server, which holds only one hook of each kind. */
export interface TransportServer {
  setOnProcessingStartHook(hook: StartHook): void;
  setOnProcessingEndHook(hook: EndHook): void;
  unwrap?(): unknown;
  readonly onProcessingStartHook?: StartHook;
  readonly onProcessingEndHook?: EndHook | undefined;
}

/** Handler context of TCP messages. */
interface MessageContext {
  readonly getSocketRef?: () => { readonly netSocket?: Socket };
}

/** Time for the first message of a connection that was opened just before a drain, in milliseconds. */
const FIRST_MESSAGE_MS = 1_000;

/**
 * Tracks a Nest microservice's messages in flight, to drain it. On a drain, TCP accepts no new
 * connections or messages, and ends a connection once its messages are answered. One that has had
 * no message yet gets its first answered: its client has connected to send it. Other transports
 * stop their intake, and all messages are awaited; where that is not possible, those in flight at
 * the start of the drain.
 */
export class MessageServer {
  /** Undefined for brokers. */
  readonly #listener: NetServer | undefined;
  readonly #sockets = new Set<Socket>();
  /** Those without a message so far. */
  readonly #unused = new Set<Socket>();
  readonly #server: TransportServer;
  readonly #inWork = new Map<object, Socket | undefined>();
  /** Messages awaited by the drain. */
  #awaited: { readonly size: number; delete(message: object): unknown } = new Set<object>();
  #isIntakeOver = false;
  #isGrpc = false;
  #drained: (() => void) | undefined;

  constructor(server: TransportServer) {
    this.#server = server;
    this.#listener = listenerOf(server);
    const isTls = this.#listener instanceof TlsServer;
    this.#listener?.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#unused.add(socket);
      this.#track(socket);
    });
    this.#watch(server);
  }

  /**
   * Drains. Resolves when messages in flight are answered and all connections are closed.
   *
   * @param requests settles when HTTP is drained; a broker's intake goes on until then
   */
  async drain(requests: Promise<unknown> = Promise.resolve()): Promise<void> {
    await this.#untilAnswered(requests);
    if (this.#listener === undefined) await repliesSent(this.#server);
  }

  #untilAnswered(requests: Promise<unknown>): Promise<void> {
    if (this.#listener !== undefined) stopListening(this.#listener);
    this.#awaited = new Set(this.#inWork.keys());
    return new Promise((resolve) => {
      this.#drained = resolve;
      void this.#stopIntake(requests);
      for (const socket of this.#sockets) if (!this.#unused.has(socket)) this.#finish(socket);
      // After reads: a blocked loop may have kept it from a message that is there.
      if (this.#unused.size > 0)
        setTimeout(() => setImmediate(() => this.#finishUnused()), FIRST_MESSAGE_MS).unref();
      this.#settle();
    });
  }

  #watch(server: TransportServer): void {
    const { onProcessingStartHook: start, onProcessingEndHook: end } = server;
    server.setOnProcessingStartHook((transport, context, done) => {
      const socket = socketOf(context);
      if (this.#isRefused(socket)) return Promise.resolve();
      const begin = (): unknown => {
        const call = callOf(context);
        this.#isGrpc ||= isGrpc(context);
        this.#begin(call ?? context, socket);
        const result = done();
        // Its end hook gets the request, of which a stream has none.
        if (isGrpc(context) && call === undefined) this.#endAfter(context, result);
        return result;
      };
      return start === undefined ? begin() : start.call(server, transport, context, begin);
    });
    server.setOnProcessingEndHook((transport, context) => {
      end?.call(server, transport, context);
      if (context !== undefined) this.#end(context);
    });
  }

  #endAfter(context: object, result: unknown): void {
    const end = (): void => this.#end(context);
    void Promise.resolve(result).then(end, end);
  }

  #finishUnused(): void {
    for (const socket of this.#unused) this.#finish(socket);
    this.#unused.clear();
  }

  /** Reads no further messages, and ends it once it is idle. */
  #finish(socket: Socket): void {
    socket.pause();
    this.#endIfIdle(socket);
  }

  /** Refuses messages read after the drain began: the client sees the connection end unanswered. */
  #isRefused(socket: Socket | undefined): boolean {
    if (this.#drained === undefined || socket === undefined) return false;
    if (this.#unused.has(socket)) return false;
    this.#track(socket);
    this.#endIfIdle(socket);
    return true;
  }

  #begin(context: object, socket: Socket | undefined): void {
    if (socket !== undefined) {
      this.#unused.delete(socket);
      this.#track(socket);
    }
    this.#inWork.set(context, socket);
  }

  #end(context: object): void {
    const begun = this.#begunAs(context);
    const socket = this.#inWork.get(begun);
    this.#inWork.delete(begun);
    if (this.#drained === undefined) return;
    // Nest writes the response in this loop iteration.
    setImmediate(() => {
      this.#awaited.delete(begun);
      for (const one of socket === undefined ? this.#sockets : [socket]) this.#endIfIdle(one);
      this.#settle();
    });
  }

  /** A custom transport may pass a different context to the end hook: the oldest message ends. */
  #begunAs(context: object): object {
    if (this.#inWork.has(context) || this.#listener !== undefined || this.#isGrpc) return context;
    const [first = context] = this.#inWork.keys();
    return first;
  }

  #track(socket: Socket): void {
    if (this.#sockets.has(socket) || socket.destroyed) return;
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#unused.delete(socket);
      this.#settle();
    });
  }

  /** A message with an unknown socket may belong to any socket. */
  #endIfIdle(socket: Socket): void {
    for (const busy of this.#inWork.values()) if (busy === socket || busy === undefined) return;
    lingering.end(socket);
  }

  async #stopIntake(requests: Promise<unknown>): Promise<void> {
    if (this.#listener === undefined) {
      await requests;
      const stopped = stopIntake(this.#server);
      if (stopped !== undefined) this.#awaited = this.#inWork;
      await stopped;
    }
    this.#isIntakeOver = true;
    this.#settle();
  }

  #settle(): void {
    if (!this.#isIntakeOver) return;
    if (this.#awaited.size === 0 && this.#sockets.size === 0) this.#drained?.();
  }
}

function listenerOf(server: TransportServer): NetServer | undefined {
  try {
    const listener = server.unwrap?.();
    return listener instanceof NetServer ? listener : undefined;
  } catch {
    // Not started, or without a server.
    return undefined;
  }
}

/** Removes Nest's `close` listeners first: with retries configured, it would listen again. */
function stopListening(listener: NetServer): void {
  if (!listener.listening) return;
  listener.removeAllListeners('close');
  listener.close();
}

/** The server of gRPC passes a copy of the call to the start hook, and its request to the end hook. */
interface GrpcContext {
  readonly operationId?: string;
  readonly request?: unknown;
}

function isGrpc(context: GrpcContext | undefined): boolean {
  return typeof context?.operationId === 'string';
}

/** What tells a gRPC call apart in both hooks; undefined: nothing does, or it is none. */
function callOf(context: GrpcContext): object | undefined {
  const { request } = context;
  return isGrpc(context) && typeof request === 'object' && request !== null ? request : undefined;
}

/** Custom transports may pass any context. */
function socketOf(context: unknown): Socket | undefined {
  const { getSocketRef }: MessageContext = context ?? {};
  return getSocketRef?.call(context).netSocket;
}
