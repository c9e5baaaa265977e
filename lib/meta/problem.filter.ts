import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { type ButtressErrorCode, isButtressError } from '../common/errors/buttress.error.ts';
import {
  type ProblemDetails,
  problem,
  PROBLEM_TYPE,
  problemOf as problemOfOurs,
} from '../common/http/problem.ts';
import type { WorkerOutcome } from './envelope.ts';
import { MethodError, OperationError } from './meta.errors.ts';
import { knownVisitor, pathOfRequest, wishedOf } from './requests.ts';
import { Site } from './site.ts';

/** Answers every error in one format; hides the details of internal errors. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #site: Site;

  constructor(@Inject(Site) site: Site) {
    this.#site = site;
  }

  async catch(error: unknown, host: ArgumentsHost): Promise<void> {
    const http = host.switchToHttp();
    await answerProblem(this.#site, error, {
      request: http.getRequest<FastifyRequest>(),
      reply: http.getResponse<FastifyReply>(),
    });
  }
}

/** Answers an error, also one before the request reaches Nest. */
export async function answerProblem(
  site: Site,
  error: unknown,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<void> {
  const body = pagesProblemOf(error);
  const { status, detail } = body;
  void reply.code(status);
  if (error instanceof MethodError) void reply.header('allow', error.allowed);
  tellWhenAgain(error, reply);
  const isData = /^\/api\/|\.json$/.test(pathOfRequest(request));
  if (wishedOf(request, isData) === 'html') {
    const markup = await site.problem(String(status), detail, knownVisitor(request));
    void reply.type('text/html; charset=utf-8').send(markup);
    return;
  }
  void reply.type(PROBLEM_TYPE).send(JSON.stringify(body));
}

/** Sets `Retry-After` if the error has a wait. */
export function tellWhenAgain(error: unknown, reply: FastifyReply): void {
  if (!isButtressError(error) || error.retryAfterMs === undefined) return;
  void reply.header('retry-after', Math.ceil(error.retryAfterMs / 1_000));
}

/** Problem of the pages. */
export interface PagesProblem extends ProblemDetails {
  /** Of an operation that no worker carried out: what became of it in each. */
  outcomes?: WorkerOutcome[];
}

/** Converts an error to a problem. Foreign errors get a code too, unless the status is 5xx. */
export function pagesProblemOf(error: unknown): PagesProblem {
  if (error instanceof OperationError && error.outcomes !== undefined) {
    return { ...problemOfOurs(error), outcomes: [...error.outcomes] };
  }
  if (isButtressError(error) && error.statusCode !== undefined) return problemOfOurs(error);
  if (error instanceof HttpException) {
    return problem({
      status: error.getStatus(),
      detail: error.message,
      ...codeOf(error.getStatus()),
    });
  }
  const status = clientErrorOf(error);
  return problem({ status, ...codeOf(status) });
}

function codeOf(status: number): { code?: ButtressErrorCode } {
  if (status >= 500) return {};
  return { code: status === 404 ? 'ERR_BUTTRESS_META_NOT_FOUND' : 'ERR_BUTTRESS_META_QUERY' };
}

/** Status of Fastify's own errors for requests that it can't read; 500 for all others. */
function clientErrorOf(error: unknown): number {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}
