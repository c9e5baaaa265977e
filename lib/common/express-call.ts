import type { IncomingMessage, ServerResponse } from 'node:http';

import type { HookReply, HookRequest } from './request-hooks.ts';

/** What Express adds to a request, as far as hooks need it. */
export interface ExpressRequest extends IncomingMessage {
  readonly ip?: string;
  /** Set when a route has matched. */
  readonly route?: { readonly path?: unknown };
  /** Goes on with the next handler, or with the handlers of errors. */
  next?(error?: unknown): void;
}

/** Nest's handler for what no route matched under a global prefix. */
const NOT_FOUND = '*path';

/** A request of Express, as hooks see it. Its route is known once Express has found it. */
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

/** A response of Express, as hooks see it. Errors are answered by Nest's exception filters. */
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
}
