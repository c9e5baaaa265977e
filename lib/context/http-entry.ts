import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

import { isAllSent, onceClosed } from '../common/http/once-closed.ts';
import type {
  HookReply,
  HookRequest,
  RequestHook,
  UpgradeHook,
} from '../common/http/request-hooks.ts';
import { routeConfigOf } from '../common/http/route-of.ts';
import type { ContextOrigin } from './context-origin.ts';
import type { ContextScope } from './context-scope.ts';
import { ContextAbortError, RequestCrashedError } from './context.errors.ts';
import { ManagedContext } from './managed-context.ts';
import type { RequestEvents } from './request-events.ts';
import { runInContext, storage } from './storage.ts';
import { traceIdOf } from './trace.ts';

/**
 * Our route settings in Fastify's route configuration. Later features keep theirs here, too.
 */
export interface RouteSettings {
  readonly skipDeadline?: boolean;
  readonly [setting: string]: unknown;
}

/** Key of our settings in Fastify's route configuration. */
export const ROUTE_SETTINGS = 'buttress';

/** Printable characters without special meaning in logs and headers. */
const REQUEST_ID = /^[\w.:=+/@~-]{1,128}$/;

const WHOLE_NUMBER = /^\d{1,9}$/;

/** Creates the hook that enters a context per request; the response ends it. */
export function contextHook(scope: ContextScope, events: RequestEvents): RequestHook {
  const { idHeader } = scope.options;
  return (request, reply, done) => {
    const context = new ManagedContext(scope, new HttpOrigin(scope, request, reply));
    reply.header(idHeader, context.id);
    onceClosed(request, reply, () => {
      if (!isAllSent(reply)) leave(events, context, { request, reply });
      context.close(reply);
    });
    events.entered(context, request, reply);
    runInContext(context, done);
  };
}

/** Creates the hook for upgrades: no deadline, ends with the connection. */
export function upgradeHook(scope: ContextScope): UpgradeHook {
  return ({ headers }: IncomingMessage, socket: Duplex, done) => {
    const id = idOf(headers, scope.options.idHeader);
    const origin = { id, startedAt: scope.clock.now(), deadlineAt: Infinity, ...carried(headers) };
    const context = new ManagedContext(scope, origin);
    socket.once('close', () => context.abort('client-gone'));
    storage.run(context, done);
  };
}

/** Reports a departed client; re-enters the context, which response listeners lack. */
function leave(
  events: RequestEvents,
  context: ManagedContext,
  { request, reply }: { request: HookRequest; reply: HookReply },
): void {
  storage.run(context, () => {
    context.abort('client-gone');
    events.clientGone(context, request, reply);
  });
}

/** Origin of an HTTP request; reads headers lazily. */
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
    this.routeConfig = routeConfigOf(request);
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

  onDeadline(context: ManagedContext): boolean {
    return answerLate(this.#scope, context, this.#reply);
  }

  onCrash(context: ManagedContext): void {
    const reply = this.#reply;
    if (reply.sent || reply.raw.headersSent) return;
    storage.run(context, () => {
      this.#scope.sendError(reply, new RequestCrashedError());
    });
  }
}

function isExempt(config: object | undefined): boolean {
  return config !== undefined && settingsOf(config)?.skipDeadline === true;
}

/** Our settings in a route's configuration. */
export function settingsOf(config: object): RouteSettings | undefined {
  return (config as { [ROUTE_SETTINGS]?: RouteSettings })[ROUTE_SETTINGS];
}

function idOf(headers: IncomingHttpHeaders, idHeader: string): string {
  const given = headers[idHeader];
  if (typeof given === 'string' && REQUEST_ID.test(given)) return given;
  return traceIdOf(single(headers['traceparent'])) ?? randomUUID();
}

/** The smaller of the default and the caller's remaining time. */
function allowedMs(scope: ContextScope, headers: IncomingHttpHeaders): number {
  const { defaultMs, header } = scope.options.deadline;
  const given = header === undefined ? undefined : headers[header];
  if (typeof given !== 'string' || !WHOLE_NUMBER.test(given)) return defaultMs;
  return Math.min(defaultMs, Number(given));
}

/** Answers 504 unless an answer has begun. Returns true for event streams, which are exempt. */
function answerLate(scope: ContextScope, context: ManagedContext, reply: HookReply): boolean {
  const { raw } = reply;
  if (isEventStream(raw.getHeader('content-type'))) return true;
  if (reply.sent || raw.headersSent) return false;
  // Answers before the signal aborts, so that the handler's reaction is not the answer.
  storage.run(context, () => {
    scope.sendError(reply, new ContextAbortError('deadline'));
    reply.dropLater?.();
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

/** Joins repeated headers with commas, as Node does for most. */
function single(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}
