import { Server as NetServer, type Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';

import { lingering } from '../../common/lingering.ts';

type StartHook = (transport: unknown, context: object, done: () => unknown) => unknown;
type EndHook = (transport: unknown, context: object) => void;

/** What of Nest's server of a transport is needed. It has one of each hook. */
export interface TransportServer {
  setOnProcessingStartHook(hook: StartHook): void;
  setOnProcessingEndHook(hook: EndHook): void;
  unwrap?(): unknown;
  readonly onProcessingStartHook?: StartHook;
  readonly onProcessingEndHook?: EndHook | undefined;
}

/** Context of a handler of TCP messages. */
interface MessageContext {
  readonly getSocketRef?: () => { readonly netSocket?: Socket };
}

/**
 * The messages of a Nest microservice that are in work, so that it can be drained. One of TCP takes no
 * new connections and messages then, and its connections end when their messages are answered; from a
 * broker more may come, and those that were in work are waited for.
 */
export class MessageServer {
  /** Of TCP. */
  readonly #listener: NetServer | undefined;
  readonly #sockets = new Set<Socket>();
  readonly #inWork = new Map<object, Socket | undefined>();
  /** Messages that a drain waits for. */
  #awaited = new Set<object>();
  #drained: (() => void) | undefined;

  constructor(server: TransportServer) {
    this.#listener = listenerOf(server);
    const isTls = this.#listener instanceof TlsServer;
    this.#listener?.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#track(socket);
    });
    this.#watch(server);
  }

  /** Resolves when what is in work is answered, and its connections are closed. */
  drain(): Promise<void> {
    if (this.#listener !== undefined) stopListening(this.#listener);
    this.#awaited = new Set(this.#inWork.keys());
    return new Promise((resolve) => {
      this.#drained = resolve;
      for (const socket of this.#sockets) {
        // What comes now is answered by somebody else.
        socket.pause();
        this.#endIfIdle(socket);
      }
      this.#settle();
    });
  }

  #watch(server: TransportServer): void {
    const { onProcessingStartHook: start, onProcessingEndHook: end } = server;
    server.setOnProcessingStartHook((transport, context, done) => {
      const socket = socketOf(context);
      if (this.#isRefused(socket)) return Promise.resolve();
      const begin = (): unknown => {
        this.#begin(context, socket);
        return done();
      };
      return start === undefined ? begin() : start.call(server, transport, context, begin);
    });
    server.setOnProcessingEndHook((transport, context) => {
      end?.call(server, transport, context);
      this.#end(context);
    });
  }

  /** It came when the drain had begun: its client sees that the connection ends without an answer. */
  #isRefused(socket: Socket | undefined): boolean {
    if (this.#drained === undefined || socket === undefined) return false;
    this.#track(socket);
    this.#endIfIdle(socket);
    return true;
  }

  #begin(context: object, socket: Socket | undefined): void {
    if (socket !== undefined) this.#track(socket);
    this.#inWork.set(context, socket);
  }

  #end(context: object): void {
    const begun = this.#begunAs(context);
    const socket = this.#inWork.get(begun);
    this.#inWork.delete(begun);
    if (this.#drained === undefined) return;
    // Nest writes the answer before the next turn of the loop.
    setImmediate(() => {
      this.#awaited.delete(begun);
      for (const one of socket === undefined ? this.#sockets : [socket]) this.#endIfIdle(one);
      this.#settle();
    });
  }

  /** gRPC tells another context of the end than of the start: then one is as good as the other. */
  #begunAs(context: object): object {
    if (this.#inWork.has(context) || this.#listener !== undefined) return context;
    const [first = context] = this.#inWork.keys();
    return first;
  }

  #track(socket: Socket): void {
    if (this.#sockets.has(socket) || socket.destroyed) return;
    this.#sockets.add(socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#settle();
    });
  }

  /** A message of a socket that is not known may be of any. */
  #endIfIdle(socket: Socket): void {
    for (const busy of this.#inWork.values()) if (busy === socket || busy === undefined) return;
    lingering.end(socket);
  }

  #settle(): void {
    if (this.#awaited.size === 0 && this.#sockets.size === 0) this.#drained?.();
  }
}

function listenerOf(server: TransportServer): NetServer | undefined {
  try {
    const listener = server.unwrap?.();
    return listener instanceof NetServer ? listener : undefined;
  } catch {
    // It was not started, or has none.
    return undefined;
  }
}

/** Nest listens once more when its server closes, if it was told to try again. */
function stopListening(listener: NetServer): void {
  if (!listener.listening) return;
  listener.removeAllListeners('close');
  listener.close();
}

/** Transports of the application's own may tell anything. */
function socketOf(context: unknown): Socket | undefined {
  const { getSocketRef }: MessageContext = context ?? {};
  return getSocketRef?.call(context).netSocket;
}
