import type { IncomingMessage, ServerResponse } from 'node:http';

import type { HookReply, HookRequest } from './request-hooks.ts';

/** The additions of Express to a request that hooks use. */
export interface ExpressRequest extends IncomingMessage {
  readonly ip?: string;
  /** Set once a route has matched. */
  readonly route?: { readonly path?: unknown };
  /** Continues with the next handler, or with the error handlers. */
  next?(error?: unknown): void;
}

/** Path of Nest's handler for unmatched requests under a global prefix. */
const NOT_FOUND = '*path';

/** Adapts an Express request for hooks. Its route is known once Express has matched it. */
export class ExpressCall implements HookRequest {
  readonly raw: ExpressRequest;

  constructor(raw: ExpressRequest) {
    this.raw = raw;
  }

  get method(): string {
    return this.raw.method ?? '';
  }

  get ip(): string {
    return this.raw.ip ?? '';
  }

  get routeOptions(): { readonly url: string } | undefined {
    const path = this.raw.route?.path;
    return typeof path === 'string' && path !== NOT_FOUND ? { url: path } : undefined;
  }
}

/** Adapts an Express response for hooks. Errors go to Nest's exception filters. */
export class ExpressReply implements HookReply {
  readonly raw: ServerResponse;
  readonly #request: ExpressRequest;

  constructor(raw: ServerResponse, request: ExpressRequest) {
    this.raw = raw;
    this.#request = request;
  }

  get sent(): boolean {
    return this.raw.headersSent || this.raw.writableEnded;
  }

  header(name: string, value: string | number): this {
    this.raw.setHeader(name, value);
    return this;
  }

  getHeader(name: string): unknown {
    return this.raw.getHeader(name);
  }

  code(status: number): this {
    this.raw.statusCode = status;
    return this;
  }

  type(contentType: string): this {
    return this.header('content-type', contentType);
  }

  send(payload?: unknown): void {
    if (payload instanceof Error) this.#request.next?.(payload);
    else this.raw.end(payload as string | undefined);
  }

  /** Express throws at a second answer, in a callback of the application: that would end the process. */
  dropLater(): void {
    if (this.raw.writableEnded) mute(this.raw);
    else this.raw.once('finish', () => mute(this.raw));
  }
}

/** Makes a response that is over take whatever it gets, without a word. */
function mute(response: ServerResponse): void {
  const ignored = (): ServerResponse => response;
  const own = {
    setHeader: ignored,
    appendHeader: ignored,
    removeHeader: ignored,
    writeHead: ignored,
    flushHeaders: ignored,
    write: () => true,
    end: (...args: unknown[]) => {
      const callback = args.at(-1);
      if (typeof callback === 'function') process.nextTick(callback);
      return response;
    },
  };
  Object.assign(response, own);
}
