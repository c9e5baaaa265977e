import type { ApplicationConfig } from '@nestjs/core';

import type { ButtressError } from '../errors/buttress.error.ts';
import type { ErrorClass } from '../errors/error-class.ts';
import { type ErrorLog, recordAnswered } from './answered-errors.ts';
import { isCaughtGlobally } from './global-filters.ts';
import { type ProblemDetails, problem, PROBLEM_TYPE, problemOf } from './problem.ts';
import { type HookReply, type RequestHooks, requestHooksOf } from './request-hooks.ts';

/** Answers a request with an error of ours that no handler threw. */
export type SendError = (reply: HookReply, error: ButtressError) => void;

/** The global filters of an application, for errors of ours that no handler threw. */
export interface ErrorFilters {
  /** Whether one of them catches this class; if none does, we answer directly, which is cheaper. */
  catches(type: ErrorClass): boolean;
  /** Has them answer, once, whichever error handler the framework has at that route. */
  answer(reply: HookReply, error: ButtressError): void;
}

export interface ErrorFiltersOptions {
  config: ApplicationConfig;
  /** Gets its adapter only when the application is created. */
  host: { readonly httpAdapter: object };
  log: ErrorLog;
}

/** Replies that a filter was asked for, by whichever feature refused first. */
const asked = new WeakSet<HookReply>();

/** Reaches the global filters of an application. */
export function errorFilters({ config, host, log }: ErrorFiltersOptions): ErrorFilters {
  const caught = new Map<ErrorClass, boolean>();
  return {
    catches(type) {
      const known = caught.get(type);
      if (known !== undefined) return known;
      const isIt = isCaughtGlobally(config, type);
      caught.set(type, isIt);
      return isIt;
    },
    answer(reply, error) {
      // Nest drops what an async filter rejects with: the request crashes, and would ask it again.
      if (asked.has(reply)) return sendProblem(reply, problemOf(error));
      asked.add(reply);
      // Routes registered before Nest sets its error handler, e.g. when a plugin is awaited at
      // start, keep Fastify's own; our adapter knows Nest's.
      const handle = requestHooksOf(host.httpAdapter)?.onError;
      if (handle === undefined) reply.send(error);
      else void settle(handle, { reply, error, log });
    },
  };
}

/**
 * Creates a sender: a global filter of the application that catches the error answers; otherwise
 * the answer is a problem.
 */
export function errorSender(filters: ErrorFilters, log: ErrorLog): SendError {
  return (reply, error) => {
    if (filters.catches(error.constructor as ErrorClass)) return filters.answer(reply, error);
    recordAnswered(error, error, log);
    sendProblem(reply, problemOf(error));
  };
}

/**
 * Answers as Fastify does for a handler of errors, which may send, return or promise the answer.
 * One that fails is not asked again: Nest's would ask the filter that has just thrown.
 */
async function settle(
  handle: NonNullable<RequestHooks['onError']>,
  { reply, error, log }: { reply: HookReply; error: Error; log: ErrorLog },
): Promise<void> {
  try {
    const answer = await handle(error, reply.request, reply);
    if (answer !== undefined && !isBegun(reply)) reply.send(answer);
  } catch (failure) {
    log.error(failure);
    if (!isBegun(reply)) sendProblem(reply, problem({ status: 500 }));
  }
}

function isBegun({ sent, raw }: HookReply): boolean {
  return sent || raw.headersSent;
}

function sendProblem(reply: HookReply, body: ProblemDetails): void {
  reply.code(body.status);
  reply.type(PROBLEM_TYPE);
  reply.send(JSON.stringify(body));
}
