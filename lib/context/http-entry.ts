import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { isAllSent, onceClosed } from '../common/once-closed.ts';
import type { HookReply, HookRequest, RequestHook, UpgradeHook } from '../common/request-hooks.ts';
import type { ContextOrigin } from './context-home.ts';
import type { ContextScope } from './context-scope.ts';
import { ContextAbortError, RequestCrashedError } from './context.errors.ts';
import { RequestContext } from './request-context.ts';
import { storage } from './storage.ts';
import { traceIdOf } from './trace.ts';

/**
 * What routes say of themselves to us, in Fastify's route configuration. Features that come after
 * this one keep theirs here too.
 */
export interface RouteSettings {
  readonly noDeadline?: boolean;
  readonly [setting: string]: unknown;
}

/** The name of our settings in Fastify's route configuration. */
export const ROUTE_SETTINGS = 'buttress';

/** Visible characters without those that mean something in logs and headers. */
const REQUEST_ID = /^[\w.:=+/@~-]{1,128}$/;

const WHOLE_NUMBER = /^\d{1,9}$/;

/** Enters a context for each request, and ends it with the response. */
export function contextHook(scope: ContextScope): RequestHook {
  const { idHeader } = scope.options;
  return (request, reply, done) => {
    const { raw } = reply;
    const context = new RequestContext(scope, new HttpOrigin(scope, request, reply));
    reply.header(idHeader, context.id);
    onceClosed(request, reply, () => {
      if (!isAllSent(reply)) leave(scope, context, { request, reply });
      context.close(reply);
    });
    if (raw.stream !== undefined) scope.keep(request, context);
    scope.onEnter?.(context, request, reply);
    storage.run(context, done);
  };
}

/** Enters a context for each upgrade; it ends with the connection and has no deadline. */
export function upgradeHook(scope: ContextScope): UpgradeHook {
  return ({ headers }: IncomingMessage, socket: Duplex, done) => {
    const id = idOf(headers, scope.options.idHeader);
    const origin = { id, startedAt: scope.clock.now(), deadlineAt: Infinity, ...carried(headers) };
    const context = new RequestContext(scope, origin);
    socket.once('close', () => context.abort('client-gone'));
    storage.run(context, done);
  };
}

/** Listeners of the raw response know no store, so it is entered again. */
function leave(
  scope: ContextScope,
  context: RequestContext,
  { request, reply }: { request: HookRequest; reply: HookReply },
): void {
  storage.run(context, () => {
    context.abort('client-gone');
    scope.onClientGone?.(context, request, reply);
  });
}

/** A request as a context needs it: headers are looked at when someone asks for them. */
class HttpOrigin implements ContextOrigin {
  readonly id: string;
  readonly startedAt: number;
  readonly deadlineAt: number;
  readonly routeConfig: object | undefined;
  readonly endsWithResponse = true;
  readonly #headers: IncomingHttpHeaders;
  readonly #reply: HookReply;
  readonly #scope: ContextScope;

  constructor(scope: ContextScope, request: HookRequest, reply: HookReply) {
    const { headers } = request.raw;
    this.#headers = headers;
    this.#reply = reply;
    this.#scope = scope;
    this.id = idOf(headers, scope.options.idHeader);
    this.startedAt = scope.clock.now();
    this.routeConfig = configOf(request);
    this.deadlineAt = isExempt(this.routeConfig)
      ? Infinity
      : this.startedAt + allowedMs(scope, headers);
  }

  get traceparent(): string | undefined {
    return single(this.#headers['traceparent']);
  }

  get tracestate(): string | undefined {
    return single(this.#headers['tracestate']);
  }

  get baggage(): string | undefined {
    return single(this.#headers['baggage']);
  }

  onDeadline(context: RequestContext): boolean {
    return answerLate(this.#scope, context, this.#reply);
  }

  onCrash(context: RequestContext): void {
    const reply = this.#reply;
    if (reply.sent || reply.raw.headersSent) return;
    storage.run(context, () => {
      this.#scope.sendError(reply, new RequestCrashedError());
    });
  }
}

function configOf({ routeOptions }: HookRequest): object | undefined {
  const config = routeOptions?.config;
  return typeof config === 'object' && config !== null ? config : undefined;
}

function isExempt(config: object | undefined): boolean {
  return config !== undefined && settingsOf(config)?.noDeadline === true;
}

/** What a route said of itself. */
export function settingsOf(config: object): RouteSettings | undefined {
  return (config as { [ROUTE_SETTINGS]?: RouteSettings })[ROUTE_SETTINGS];
}

function idOf(headers: IncomingHttpHeaders, idHeader: string): string {
  const given = headers[idHeader];
  if (typeof given === 'string' && REQUEST_ID.test(given)) return given;
  return traceIdOf(single(headers['traceparent'])) ?? randomUUID();
}

/** The smaller of the default and what the caller has left. */
function allowedMs(scope: ContextScope, headers: IncomingHttpHeaders): number {
  const { defaultMs, header } = scope.options.deadline;
  const given = header === undefined ? undefined : headers[header];
  if (typeof given !== 'string' || !WHOLE_NUMBER.test(given)) return defaultMs;
  return Math.min(defaultMs, Number(given));
}

/** Answers 504 if nothing was answered yet. True: an event stream, which has no deadline. */
function answerLate(scope: ContextScope, context: RequestContext, reply: HookReply): boolean {
  const { raw } = reply;
  if (isEventStream(raw.getHeader('content-type'))) return true;
  if (reply.sent || raw.headersSent) return false;
  // First the signal: what the handler makes of it comes too late to be the answer.
  storage.run(context, () => {
    scope.sendError(reply, new ContextAbortError('deadline'));
  });
  return false;
}

function isEventStream(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith('text/event-stream');
}

function carried(headers: IncomingHttpHeaders) {
  const { traceparent, tracestate, baggage } = headers;
  return {
    traceparent: single(traceparent),
    tracestate: single(tracestate),
    baggage: single(baggage),
  };
}

/** Node joins headers that come twice with commas, but for the few that it gives as lists. */
function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
