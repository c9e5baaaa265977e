import type { Duplex } from 'node:stream';

import type { Dispatcher } from 'undici';

type Handler = Dispatcher.DispatchHandler;
type Args<K extends keyof Handler> = Parameters<NonNullable<Handler[K]>>;

/** Hooks around a call. */
export interface CallWatch {
  /** Called when the call starts; returns a function to call when it is over. */
  start: () => () => void;
  /** Translates an error for the handler. */
  errorOf: (error: Error) => Error;
}

/**
 * Wraps a handler: forwards undici's callbacks to it, and calls the hooks. Returns an invalid
 * handler unchanged, for undici to refuse.
 */
export function timedHandler(handler: Handler, { start, errorOf }: CallWatch): Handler {
  const isHandler = typeof handler.onRequestStart === 'function' || isClassic(handler);
  if (!isHandler) return handler;
  const watch = { end: start(), errorOf };
  // Keep the handler's form, classic or new: undici converts the one it does not want, at a cost.
  return handler.onRequestStart === undefined
    ? new TimedClassicHandler(handler, watch)
    : new TimedHandler(handler, watch);
}

/** Hooks of a call that has started. */
interface Started extends Pick<CallWatch, 'errorOf'> {
  readonly end: () => void;
}

/** Same check as undici's for classic handlers; the other methods depend on the request. */
function isClassic(handler: Handler): boolean {
  return typeof handler.onConnect === 'function' && typeof handler.onError === 'function';
}

class TimedHandler implements Handler {
  readonly #handler: Handler;
  readonly #end: () => void;
  readonly #errorOf: (error: Error) => Error;

  constructor(handler: Handler, { end, errorOf }: Started) {
    this.#handler = handler;
    this.#end = end;
    this.#errorOf = errorOf;
  }

  onRequestStart(...args: Args<'onRequestStart'>): void {
    this.#handler.onRequestStart?.(...args);
  }

  onRequestUpgrade(...args: Args<'onRequestUpgrade'>): void {
    this.#end();
    this.#handler.onRequestUpgrade?.(...args);
  }

  onResponseStart(...args: Args<'onResponseStart'>): void {
    this.#handler.onResponseStart?.(...args);
  }

  onResponseData(...args: Args<'onResponseData'>): void {
    this.#handler.onResponseData?.(...args);
  }

  onResponseEnd(...args: Args<'onResponseEnd'>): void {
    this.#end();
    this.#handler.onResponseEnd?.(...args);
  }

  onResponseError(...[controller, error]: Args<'onResponseError'>): void {
    this.#end();
    this.#handler.onResponseError?.(controller, this.#errorOf(error));
  }
}

/** Classic form, as used by undici's own `request` and `fetch`. */
class TimedClassicHandler implements Handler {
  readonly #handler: Handler;
  readonly #end: () => void;
  readonly #errorOf: (error: Error) => Error;

  constructor(handler: Handler, { end, errorOf }: Started) {
    this.#handler = handler;
    this.#end = end;
    this.#errorOf = errorOf;
  }

  /** Takes a `context`, which undici's types omit. */
  onConnect(abort: (error?: Error) => void, context?: unknown): void {
    (this.#handler as { onConnect?: (...args: unknown[]) => void }).onConnect?.(abort, context);
  }

  onResponseStarted(): void {
    this.#handler.onResponseStarted?.();
  }

  onUpgrade(statusCode: number, headers: Buffer[] | string[] | null, socket: Duplex): void {
    this.#end();
    this.#handler.onUpgrade?.(statusCode, headers, socket);
  }

  onHeaders(statusCode: number, headers: Buffer[], resume: () => void, text: string): boolean {
    return this.#handler.onHeaders?.(statusCode, headers, resume, text) ?? true;
  }

  onData(chunk: Buffer): boolean {
    return this.#handler.onData?.(chunk) ?? true;
  }

  onBodySent(chunkSize: number, totalBytesSent: number): void {
    this.#handler.onBodySent?.(chunkSize, totalBytesSent);
  }

  onComplete(trailers: string[] | null): void {
    this.#end();
    this.#handler.onComplete?.(trailers);
  }

  onError(error: Error): void {
    this.#end();
    this.#handler.onError?.(this.#errorOf(error));
  }
}
