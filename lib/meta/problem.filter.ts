import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Inject,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { isButtressError } from '../common/buttress.error.ts';
import { MethodError } from './meta.errors.ts';
import { knownVisitor, pathOfRequest, wishedOf } from './requests.ts';
import { Site } from './site.ts';

/** An error as `application/problem+json` (RFC 9457). */
export interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  code?: string;
}

/** Answers every error of the pages in one form; what went wrong inside stays inside. */
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

/** The same where Nest is not yet reached. */
export async function answerProblem(
  site: Site,
  error: unknown,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
): Promise<void> {
  const problem = problemOf(error);
  const { status, title } = problem;
  void reply.code(status);
  if (error instanceof MethodError) void reply.header('allow', error.allowed);
  tellWhenAgain(error, reply);
  const isData = /^\/api\/|\.json$/.test(pathOfRequest(request));
  if (wishedOf(request, isData) === 'html') {
    const markup = await site.problem(String(status), title, knownVisitor(request));
    void reply.type('text/html; charset=utf-8').send(markup);
    return;
  }
  void reply.type('application/problem+json').send(JSON.stringify(problem));
}

/** Says how long to wait where an error knows it. */
export function tellWhenAgain(error: unknown, reply: FastifyReply): void {
  if (!isButtressError(error) || error.retryAfterMs === undefined) return;
  void reply.header('retry-after', Math.ceil(error.retryAfterMs / 1_000));
}

export function problemOf(error: unknown): Problem {
  if (error instanceof HttpException) {
    return { type: 'about:blank', title: error.message, status: error.getStatus() };
  }
  if (isButtressError(error) && error.statusCode !== undefined) {
    const { message: title, statusCode: status, code } = error;
    return { type: 'about:blank', title, status, code };
  }
  const status = clientErrorOf(error);
  return { type: 'about:blank', title: TITLES[status] ?? 'Bad Request', status };
}

const TITLES: Record<number, string> = {
  400: 'Bad Request',
  413: 'Payload Too Large',
  415: 'Unsupported Media Type',
  500: 'Internal Server Error',
};

/** Fastify's own errors of requests that it can't read. */
function clientErrorOf(error: unknown): number {
  const { statusCode } = (error ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : 500;
}
