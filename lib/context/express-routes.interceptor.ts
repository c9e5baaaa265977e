import type { ServerResponse } from 'node:http';

import {
  type CallHandler,
  type ExecutionContext,
  IntrinsicException,
  type NestInterceptor,
} from '@nestjs/common';
import { type Observable, tap } from 'rxjs';

import type { ManagedContext } from './managed-context.ts';
import { settingsOfHandler } from './route-settings.ts';
import { storage } from './storage.ts';

/**
 * Applies settings of Express routes here, since Express finds the route after all middleware.
 * Discards results after the deadline, as Fastify does by itself.
 */
export class ExpressRoutesInterceptor implements NestInterceptor {
  intercept(execution: ExecutionContext, next: CallHandler): Observable<unknown> {
    const context = storage.getStore();
    if (context === undefined || execution.getType() !== 'http') return next.handle();
    const response = execution.switchToHttp().getResponse<ServerResponse>();
    throwIfAnswered(context, response);
    if (settingsOfHandler(execution.getHandler())?.skipDeadline === true) context.liftDeadline();
    return next.handle().pipe(tap(() => throwIfAnswered(context, response)));
  }
}

/** Throws an error that Nest neither logs nor answers: the response has ended. */
function throwIfAnswered({ isAnsweredLate }: ManagedContext, response: ServerResponse): void {
  if (!isAnsweredLate || !response.writableEnded) return;
  throw new IntrinsicException('The deadline has passed, and the client has its answer');
}
