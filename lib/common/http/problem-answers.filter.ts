import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
} from '@nestjs/common';
import type { ApplicationConfig, HttpAdapterHost } from '@nestjs/core';
import { type Observable, throwError } from 'rxjs';

import { type ButtressError, isButtressError } from '../errors/buttress.error.ts';
import { recordAnswered } from './answered-errors.ts';
import { PROBLEM_TYPE, problemOf } from './problem.ts';
import { retryAfterSeconds, waitAfter } from './retry-after.ts';

/** Maximum length of a chain of causes. */
const MAX_CAUSES = 8;

/** Nest's microservice response to an unknown error. */
const UNKNOWN = { status: 'error', message: 'Internal server error' } as const;

/** Logger with the context that Nest uses for unknown errors. */
const log = new Logger('ExceptionsHandler');

/** Response of Express or Node, or Fastify reply. */
interface AnyResponse {
  header?: (name: string, value: string | number) => unknown;
  setHeader?: (name: string, value: string | number) => unknown;
  getHeader(name: string): unknown;
}

/**
 * Returns `error` if it is ours, or our connection error among its causes: clients wrap it, as
 * `fetch` does in "fetch failed". An error with its own status belongs to the application.
 */
export function answerable(error: unknown): ButtressError | undefined {
  let cause = error;
  for (let depth = 0; depth < MAX_CAUSES && cause instanceof Error; depth++) {
    if (isButtressError(cause)) return isTold(cause, depth) ? cause : undefined;
    if (hasStatus(cause)) return undefined;
    cause = cause.cause;
  }
  return undefined;
}

function isTold({ statusCode, code }: ButtressError, depth: number): boolean {
  if (statusCode === undefined) return false;
  return depth === 0 || code.startsWith('ERR_BUTTRESS_CONNECTION_');
}

function hasStatus(error: Error): boolean {
  if (error instanceof HttpException) return true;
  const { status, statusCode, code } = error as ErrorFields;
  if (typeof (statusCode ?? status) !== 'number') return false;
  // Axios copies code and status from its cause.
  return code === undefined || code !== (error.cause as ErrorFields | undefined)?.code;
}

interface ErrorFields {
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly code?: unknown;
}

/** Matches all answerable errors in `@Catch`. */
abstract class Answerable {
  abstract readonly code: string;

  static [Symbol.hasInstance](error: unknown): boolean {
    return answerable(error) !== undefined;
  }
}

/**
 * Answers our errors as problems unless a filter of the application catches them. Nest asks filters
 * from last to first, so this one must be registered first.
 */
@Catch(Answerable)
export class ProblemAnswersFilter implements ExceptionFilter {
  readonly #host: HttpAdapterHost;

  constructor(host: HttpAdapterHost) {
    this.#host = host;
  }

  catch(error: unknown, host: ArgumentsHost): Observable<never> | undefined {
    const type = host.getType<string>();
    // Returning nothing leaves other types, e.g. GraphQL, to their own error handling.
    if (type !== 'http' && type !== 'rpc') return undefined;
    const ours = answerable(error);
    if (type === 'rpc' || ours === undefined) {
      log.error(error);
      return type === 'rpc' ? throwError(() => UNKNOWN) : undefined;
    }
    recordAnswered(error, ours, log);
    this.#answer(ours, host.getArgByIndex<AnyResponse>(1));
    return undefined;
  }

  #answer(error: ButtressError, response: AnyResponse): void {
    const adapter = this.#host.httpAdapter;
    if (adapter.isHeadersSent(response)) return void adapter.end(response);
    const body = problemOf(error);
    setHeader(response, 'content-type', PROBLEM_TYPE);
    const { retryAfterMs } = error;
    if (retryAfterMs !== undefined && response.getHeader('retry-after') === undefined) {
      setHeader(response, 'retry-after', retryAfterSeconds(waitAfter(retryAfterMs)));
    }
    adapter.reply(response, JSON.stringify(body), body.status);
  }
}

/** Registers the filter; call it before the application adds its own. */
export function answerAsProblems(config: ApplicationConfig, host: HttpAdapterHost): void {
  const isThere = config.getGlobalFilters().some((one) => one instanceof ProblemAnswersFilter);
  if (!isThere) config.addGlobalFilter(new ProblemAnswersFilter(host));
}

/** Middleware on Fastify gets raw responses. */
function setHeader(response: AnyResponse, name: string, value: string | number): void {
  if (response.header === undefined) response.setHeader?.(name, value);
  else response.header(name, value);
}
