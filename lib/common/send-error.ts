import type { ApplicationConfig } from '@nestjs/core';

import type { ButtressError } from './buttress.error.ts';
import { isCaughtGlobally } from './global-filters.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import { type HookReply, requestHooksOf } from './request-hooks.ts';

/** Answers a request with an error of ours that no handler threw. */
export type SendError = (reply: HookReply, error: ButtressError) => void;

export interface ErrorSenderOptions {
  config: ApplicationConfig;
  /** The HTTP adapter. */
  adapter: object;
  /** Receives the error, as Nest's log would. */
  log: { error(error: Error): void };
}

/**
 * Creates a sender: a global filter of the application that catches the error answers; otherwise
 * the answer is a problem, whichever error handler the framework has at that route.
 */
export function errorSender({ config, adapter, log }: ErrorSenderOptions): SendError {
  const caught = new Map<unknown, boolean>();
  const isCaught = ({ constructor }: ButtressError): boolean => {
    const known = caught.get(constructor);
    if (known !== undefined) return known;
    const isIt = isCaughtGlobally(config, constructor as new () => Error);
    caught.set(constructor, isIt);
    return isIt;
  };
  return (reply, error) => {
    if (isCaught(error)) return fail(adapter, reply, error);
    log.error(error);
    const problem = problemOf(error);
    reply.code(problem.status);
    reply.type(PROBLEM_TYPE);
    reply.send(JSON.stringify(problem));
  };
}

/**
 * Hands the error to Nest's filters. Routes registered before Nest sets its error handler, e.g.
 * when a plugin is awaited at start, keep Fastify's own; our adapter knows Nest's.
 */
function fail(adapter: object, reply: HookReply, error: Error): void {
  const handle = requestHooksOf(adapter)?.onError;
  if (handle === undefined) reply.send(error);
  else handle(error, reply.request, reply);
}
