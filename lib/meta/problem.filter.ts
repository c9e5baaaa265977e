import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { isButtressError } from '../common/buttress.error.ts';

/** An error as `application/problem+json` (RFC 9457). */
interface Problem {
  type: 'about:blank';
  title: string;
  status: number;
  code?: string;
}

/** Answers every error of the pages in one form; what went wrong inside stays inside. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const problem = problemOf(error);
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.code(problem.status).type('application/problem+json').send(JSON.stringify(problem));
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof HttpException) {
    return { type: 'about:blank', title: error.message, status: error.getStatus() };
  }
  if (isButtressError(error) && error.statusCode !== undefined) {
    const { message: title, statusCode: status, code } = error;
    return { type: 'about:blank', title, status, code };
  }
  return { type: 'about:blank', title: 'Internal Server Error', status: 500 };
}
