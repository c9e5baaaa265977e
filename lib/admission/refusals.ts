import { STATUS_CODES } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';

import { lingering } from '../common/http/lingering.ts';
import { PROBLEM_TYPE, problemText } from '../common/http/problem.ts';
import type { HookReply, HookRequest } from '../common/http/request-hooks.ts';
import { retryAfterSeconds } from '../common/http/retry-after.ts';
import type { ErrorFilters } from '../common/http/send-error.ts';
import { AdmissionError, refusalOf, type RefusalText, SLOW_BODY } from './admission.errors.ts';
import { type IncomingBody, isBodyDue } from './incoming-body.ts';
import type { RefusalReason } from './refusal-reason.ts';
import type { SecurityHeaders } from './security-headers.ts';

export interface RefusalsOptions {
  /** Range from which `Retry-After` is drawn. */
  retryAfter: { minMs: number; maxMs: number };
  random: () => number;
  filters: ErrorFilters;
  headers: SecurityHeaders;
}

export interface Refused {
  request: HookRequest;
  reply: HookReply;
}

/** Time for the rest of a body to come before the connection is closed. */
const BODY_WITHIN_MS = 1_000;

/** Answers refused requests; everything but `Retry-After` is built once. */
export class Refusals {
  readonly #options: RefusalsOptions;
  readonly #bodies = new Map<RefusalReason, string>();

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  answer({ request, reply }: Refused, reason: RefusalReason): void {
    const { headers, filters } = this.#options;
    const seconds = this.#retryAfterSeconds();
    reply.header('retry-after', seconds);
    headers.applyTo(reply, request);
    closeIfBodyLasts(request.raw, reply);
    if (filters.catches(AdmissionError)) {
      return filters.answer(reply, new AdmissionError(reason, seconds * 1_000));
    }
    reply.code(refusalOf(reason).statusCode);
    reply.type(PROBLEM_TYPE);
    reply.send(this.#bodyOf(reason));
  }

  /** Answers 408 to a body that comes too slowly, unless an answer has begun. */
  answerSlowBody({ request, reply }: Refused): void {
    const raw: IncomingBody = request.raw;
    if (reply.sent || reply.raw.headersSent) return closeNow(raw, reply);
    // HTTP/2 has no such header.
    if (raw.stream === undefined) reply.header('connection', 'close');
    this.#options.headers.applyTo(reply, request);
    reply.code(SLOW_BODY.statusCode);
    reply.type(PROBLEM_TYPE);
    reply.send(textOf(SLOW_BODY));
    closeIfBodyLasts(raw, reply);
  }

  /** Refuses a connection that asked for an upgrade. */
  answerUpgrade(socket: Duplex, reason: RefusalReason): void {
    const { statusCode } = refusalOf(reason);
    const body = this.#bodyOf(reason);
    const text =
      `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}\r\n` +
      `Content-Type: ${PROBLEM_TYPE}\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\n` +
      `Retry-After: ${this.#retryAfterSeconds()}\r\n` +
      `Connection: close\r\n\r\n${body}`;
    socket.resume();
    socket.end(text);
    // Don't wait for a client that never ends its side.
    const timer = setTimeout(() => socket.destroy(), BODY_WITHIN_MS).unref();
    socket.once('close', () => clearTimeout(timer));
  }

  #retryAfterSeconds(): number {
    const { retryAfter, random } = this.#options;
    return retryAfterSeconds(retryAfter, random);
  }

  #bodyOf(reason: RefusalReason): string {
    const known = this.#bodies.get(reason);
    if (known !== undefined) return known;
    const body = textOf(refusalOf(reason));
    this.#bodies.set(reason, body);
    return body;
  }
}

function textOf({ code, message, statusCode }: RefusalText): string {
  return problemText({ status: statusCode, detail: message, code });
}

/** Node drains the rest of a body so that the connection can be kept; this bounds that time. */
function closeIfBodyLasts(raw: IncomingBody, reply: HookReply): void {
  if (!isBodyDue(raw)) return;
  setTimeout(() => {
    if (raw.complete !== true) closeWhenAnswered(raw, reply);
  }, BODY_WITHIN_MS).unref();
}

/** Closes after the answer; the application may take its time for its own one. */
function closeWhenAnswered(raw: IncomingBody, reply: HookReply): void {
  if (reply.raw.writableFinished) closeNow(raw, reply);
  else reply.raw.on('close', () => closeNow(raw, reply));
}

/** Closes at once; lingers after a complete answer, so that a sending client can read it. */
function closeNow(raw: IncomingBody, reply: HookReply): void {
  if (raw.stream !== undefined) raw.stream.close();
  else if (raw.socket instanceof Socket && reply.raw.writableFinished) lingering.end(raw.socket);
  else raw.destroy?.();
}
