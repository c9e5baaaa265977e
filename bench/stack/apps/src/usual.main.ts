import { randomUUID } from 'node:crypto';

import underPressure from '@fastify/under-pressure';
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { InjectMetric, makeHistogramProvider, PrometheusModule } from '@willsoto/nestjs-prometheus';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ClsModule, ClsServiceManager } from 'nestjs-cls';
import { LoggerModule } from 'nestjs-pino';
import type { Histogram } from 'prom-client';
import { finalize, type Observable } from 'rxjs';

import { ReceiptsController, serve } from './serve.ts';

/** The same histogram as ours: time per method, route and status. */
@Injectable()
class DurationInterceptor implements NestInterceptor {
  constructor(
    @InjectMetric('http_server_request_duration_seconds')
    private readonly durations: Histogram,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const end = this.durations.startTimer();
    const http = context.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    return next.handle().pipe(
      finalize(() => {
        const route = request.routeOptions.url ?? 'none';
        end({ method: request.method, route, status: String(reply.statusCode) });
      }),
    );
  }
}

interface Requested {
  method: string;
  remoteAddress: string;
  headers: Record<string, string | undefined>;
}

await serve(
  {
    imports: [
      ClsModule.forRoot({
        global: true,
        middleware: {
          mount: true,
          generateId: true,
          idGenerator: ({ headers }: Requested) => headers['x-request-id'] ?? randomUUID(),
          setup: (cls, _request, reply: { setHeader(name: string, value: string): void }) => {
            reply.setHeader('x-request-id', cls.getId());
          },
        },
      }),
      LoggerModule.forRoot({
        pinoHttp: {
          // The same fields as ours, and no more than those.
          serializers: {
            req: ({ method, remoteAddress }: Requested) => ({ method, remoteAddress }),
            res: ({ statusCode }: { statusCode: number }) => ({ statusCode }),
          },
          mixin: () => ({ requestId: ClsServiceManager.getClsService().getId() }),
          redact: ['req.headers.authorization', 'req.headers.cookie', 'password', '*.password'],
        },
      }),
      PrometheusModule.register(),
    ],
    controllers: [ReceiptsController],
    providers: [
      makeHistogramProvider({
        name: 'http_server_request_duration_seconds',
        help: 'Time from the start of a request to the end of its answer',
        labelNames: ['method', 'route', 'status'],
      }),
      { provide: APP_INTERCEPTOR, useClass: DurationInterceptor },
    ],
  },
  new FastifyAdapter(),
  (app) => app.register(underPressure, { maxEventLoopDelay: 1_000 }),
);
