import { once } from 'node:events';
import { connect } from 'node:net';

import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Inject,
  Res,
  Sse,
} from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import {
  Context,
  ContextAbortError,
  CurrentContext,
  SkipDeadline,
  type RequestContext,
} from 'nestjs-buttress';
import { type AbortReason, ContextModule } from 'nestjs-buttress/context';
import { NEVER, startWith } from 'rxjs';
import { describe, expect, it } from 'vitest';

import { processLifecycle } from '../../../lib/common/process/lifecycle.ts';
import { type RunningApp, startApp } from '../../support/nest-app.ts';
import { get } from '../../support/raw-connection.ts';

const seen: { reason?: AbortReason; context?: RequestContext } = {};

function forget(): void {
  delete seen.context;
  delete seen.reason;
}

/** Ends when the context's signal aborts, and notes why. */
function untilAborted(context: RequestContext): Promise<string> {
  seen.context = context;
  delete seen.reason;
  return new Promise((resolve, reject) => {
    context.signal.addEventListener('abort', () => {
      const error = context.signal.reason as ContextAbortError;
      seen.reason = error.reason;
      if (error.reason === 'shutdown') resolve('cut');
      else reject(error);
    });
  });
}

@Controller()
class EndingsController {
  constructor(@Inject(Context) private readonly context: Context) {}

  @Get('wait')
  wait(@CurrentContext() context: RequestContext): Promise<string> {
    return untilAborted(context);
  }

  @Get('deaf')
  deaf(): Promise<string> {
    return new Promise((resolve) => setTimeout(resolve, 150, 'late'));
  }

  @Get('patient')
  @SkipDeadline()
  patient(): { remaining: string } {
    return { remaining: String(this.context.remainingMs) };
  }

  @Get('quick')
  quick(@CurrentContext() context: RequestContext): string {
    seen.context = context;
    void context.signal;
    return 'quick';
  }

  @Sse('events')
  events(@CurrentContext() context: RequestContext) {
    seen.context = context;
    return NEVER.pipe(startWith({ data: String(context.remainingMs) }));
  }

  @Get('own-stream')
  ownStream(
    @CurrentContext() context: RequestContext,
    @Res() reply: { raw: import('node:http').ServerResponse; hijack(): void },
  ): void {
    seen.context = context;
    reply.hijack();
    reply.raw.setHeader('content-type', 'text/event-stream');
    reply.raw.write('data: 1\n\n');
  }
}

@SkipDeadline()
@Controller('slow')
class SlowController {
  @Get()
  read(@CurrentContext() context: RequestContext): string {
    return String(context.remainingMs);
  }
}

@Catch(ContextAbortError)
class Wording implements ExceptionFilter {
  catch(error: ContextAbortError, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.code(error.statusCode ?? 500).send({ sorry: error.reason });
  }
}

function start(): Promise<RunningApp> {
  return startApp({
    imports: [ContextModule.forRoot()],
    controllers: [EndingsController, SlowController],
  });
}

const soon = { headers: { 'x-request-timeout-ms': '50' } };

describe('the end of a request', () => {
  it('by deadline: the signal aborts and the answer is a 504', async () => {
    const app = await start();
    const answer = await app.fetch('/wait', soon);
    expect(answer.status).toBe(504);
    expect(await answer.json()).toMatchObject({
      status: 504,
      code: 'ERR_BUTTRESS_CONTEXT_DEADLINE',
    });
    expect(seen.reason).toBe('deadline');
    expect(seen.context?.remainingMs).toBe(0);
    expect(() => seen.context?.throwIfAborted()).toThrow(ContextAbortError);
  });

  it('by deadline: what a deaf handler answers later is dropped', async () => {
    const app = await start();
    const answer = await app.fetch('/deaf', soon);
    expect(answer.status).toBe(504);
    expect((await app.fetch('/patient')).status).toBe(200);
  });

  it('by deadline: a global filter of the application may word the answer', async () => {
    const app = await startApp(
      { imports: [ContextModule.forRoot()], controllers: [EndingsController] },
      { prepare: ({ app: own }) => void own.useGlobalFilters(new Wording()) },
    );
    const answer = await app.fetch('/wait', soon);
    expect(answer.status).toBe(504);
    expect(await answer.json()).toEqual({ sorry: 'deadline' });
  });

  it('has no deadline where the route or its controller says so', async () => {
    const app = await start();
    expect(await (await app.fetch('/patient', soon)).json()).toEqual({ remaining: 'Infinity' });
    expect(await (await app.fetch('/slow', soon)).text()).toBe('Infinity');
  });

  it('has no deadline for event streams, Nest’s own and others', async () => {
    const app = await start();
    const stop = new AbortController();
    const nests = await app.fetch('/events', { ...soon, signal: stop.signal });
    const reader = nests.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(new TextDecoder().decode(value)).toContain('data: Infinity');

    await app.fetch('/own-stream', { ...soon, signal: stop.signal });
    const context = seen.context as RequestContext;
    await expect.poll(() => context.remainingMs).toBe(Infinity);
    expect(context.isActive).toBe(true);
    stop.abort();
    await expect.poll(() => context.isActive).toBe(false);
  });

  it('by a client that leaves, also one that sent a body', async () => {
    const app = await start();
    const socket = connect(app.port, '127.0.0.1');
    await once(socket, 'connect');
    forget();
    socket.write('GET /wait HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}');
    await expect.poll(() => seen.context).toBeDefined();
    expect(seen.context?.signal.aborted).toBe(false);
    socket.destroy();
    await expect.poll(() => seen.reason).toBe('client-gone');
  });

  it('by its answer: then nothing aborts any more', async () => {
    const app = await start();
    expect(await (await app.fetch('/quick', soon)).text()).toBe('quick');
    await expect.poll(() => seen.context?.isActive).toBe(false);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen.context?.signal.aborted).toBe(false);
  });

  it('by shutdown, only after the drain, during which `isDraining` is true', async () => {
    const app = await start();
    forget();
    const answer = get(app.port, '/wait');
    await expect.poll(() => seen.context?.isDraining).toBe(false);
    const closing = app.app.close();
    await expect.poll(() => seen.context?.isDraining).toBe(true);
    expect(seen.context?.signal.aborted).toBe(false);
    processLifecycle().end();
    expect((await answer).body).toContain('cut');
    await closing;
  });
});
