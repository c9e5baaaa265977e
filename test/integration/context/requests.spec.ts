import { setTimeout as sleep } from 'node:timers/promises';

import {
  type ArgumentMetadata,
  type ArgumentsHost,
  Body,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type NestInterceptor,
  type NestMiddleware,
  type NestModule,
  type PipeTransform,
  Post,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import {
  Context,
  ContextKey,
  CurrentContext,
  NoContextError,
  type RequestContext,
} from 'nestjs-buttress';
import { type ContextModuleOptions, ContextModule } from 'nestjs-buttress/context';
import { describe, expect, it } from 'vitest';

import { allowedMs } from '../../support/allowed-ms.ts';
import { type RunningApp, startApp, type StartAppOptions } from '../../support/nest-app.ts';

/** Where the context of the present request was seen, in order. */
const SEEN = new ContextKey<string[]>('seen');

function see(place: string): void {
  const context = Context.current();
  const seen = context?.get(SEEN) ?? [];
  context?.set(SEEN, [...seen, place]);
}

@Injectable()
class SeeingMiddleware implements NestMiddleware {
  use(_request: unknown, _response: unknown, next: () => void): void {
    see('middleware');
    next();
  }
}

@Injectable()
class SeeingGuard implements CanActivate {
  canActivate(): boolean {
    see('guard');
    return true;
  }
}

@Injectable()
class SeeingPipe implements PipeTransform {
  transform(value: unknown, { type }: ArgumentMetadata): unknown {
    // Pipes see every parameter; the body is the one that was parsed.
    if (type === 'body') see('pipe');
    return value;
  }
}

@Injectable()
class SeeingInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): ReturnType<CallHandler['handle']> {
    see('interceptor');
    return next.handle();
  }
}

@Catch()
class SeeingFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    see('filter');
    const reply = host.switchToHttp().getResponse<{ send(body: unknown): void }>();
    reply.send({ seen: Context.current()?.get(SEEN), id: Context.current()?.id });
  }
}

/** A singleton: Nest makes one of it, whatever the number of requests. */
@Injectable()
class Identity {
  static made = 0;

  constructor(@Inject(Context) readonly context: Context) {
    Identity.made++;
  }

  async read(): Promise<{ id: string; remainingMs: number; deadlineMs: number }> {
    await sleep(1);
    const { id, remainingMs } = this.context;
    return { id, remainingMs, deadlineMs: allowedMs() };
  }
}

@Controller()
@UseGuards(SeeingGuard)
@UseInterceptors(SeeingInterceptor)
@UsePipes(SeeingPipe)
class IdentityController {
  constructor(@Inject(Identity) private readonly identity: Identity) {}

  @Get('identity')
  read(): ReturnType<Identity['read']> {
    return this.identity.read();
  }

  @Post('seen')
  seen(@Body() _body: unknown, @CurrentContext() context: RequestContext): object {
    see('handler');
    return { seen: context.get(SEEN), id: context.id };
  }

  @Post('fails')
  @UseFilters(SeeingFilter)
  fails(@Body() _body: unknown): never {
    throw new Error('as asked');
  }

  @Get('trace')
  trace(@CurrentContext() { trace, baggage }: RequestContext): object {
    return { trace, baggage };
  }
}

@Module({})
class SeeingModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(SeeingMiddleware).forRoutes('{*all}');
  }
}

function start(
  options?: ContextModuleOptions,
  prepare?: StartAppOptions['prepare'],
): Promise<RunningApp> {
  return startApp(
    {
      imports: [ContextModule.forRoot(options), SeeingModule],
      controllers: [IdentityController],
      providers: [Identity],
    },
    { ...(prepare && { prepare }) },
  );
}

const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

describe('the context of a request', () => {
  it('is there at every step, in the order of the steps, and after the body', async () => {
    const app = await start();
    const places = ['middleware', 'guard', 'interceptor', 'pipe'];
    const headers = { 'content-type': 'application/json', 'x-request-id': 'r-1' };
    const post = { method: 'POST', headers, body: JSON.stringify({ some: 'body' }) };
    const ok = await app.fetch('/seen', post);
    expect(await ok.json()).toEqual({ seen: [...places, 'handler'], id: 'r-1' });
    const failed = await app.fetch('/fails', post);
    expect(await failed.json()).toEqual({ seen: [...places, 'filter'], id: 'r-1' });
  });

  it('is there in onSend and onResponse', async () => {
    const ids: (string | undefined)[] = [];
    const app = await start({}, ({ fastify }) => {
      fastify.addHook('onSend', (_request, _reply, payload, done) => {
        ids.push(Context.current()?.id);
        done(null, payload);
      });
      fastify.addHook('onResponse', (_request, _reply, done) => {
        ids.push(Context.current()?.id);
        done();
      });
    });
    await app.fetch('/nowhere', { headers: { 'x-request-id': 'r-2' } });
    await expect.poll(() => ids).toEqual(['r-2', 'r-2']);
  });

  it('keeps concurrent requests apart, in a singleton created once', async () => {
    const made = Identity.made;
    const app = await start();
    const ids = Array.from({ length: 20 }, (_, index) => `request-${index}`);
    const answers = await Promise.all(
      ids.map(async (id) => {
        const answer = await app.fetch('/identity', { headers: { 'x-request-id': id } });
        return {
          ...((await answer.json()) as { id: string }),
          echo: answer.headers.get('x-request-id'),
        };
      }),
    );
    expect(answers.map(({ id }) => id)).toEqual(ids);
    expect(answers.map(({ echo }) => echo)).toEqual(ids);
    expect(Identity.made).toBe(made + 1);
  });

  it.each([
    ['too long', 'x'.repeat(129)],
    ['with a space', 'a b'],
    ['with a quote', 'a"b'],
    ['empty', ''],
  ])('takes no id that is %s', async (_name, id) => {
    const app = await start();
    const answer = await app.fetch('/identity', { headers: { 'x-request-id': id } });
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });

  it('uses the trace id as its id, and continues the trace', async () => {
    const app = await start({ baggage: ['tenant'] });
    const headers = {
      traceparent: TRACEPARENT,
      tracestate: 'a=1',
      baggage: 'tenant=a%20b,other=c',
    };
    const answer = await app.fetch('/trace', { headers });
    expect(answer.headers.get('x-request-id')).toBe('4bf92f3577b34da6a3ce929d0e0e4736');
    expect(await answer.json()).toEqual({
      trace: {
        traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
        parentId: '00f067aa0ba902b7',
        spanId: expect.stringMatching(/^[\da-f]{16}$/),
        isSampled: true,
        state: 'a=1',
      },
      baggage: { tenant: 'a b' },
    });
  });

  it('uses the header that the options name', async () => {
    const app = await start({ idHeader: 'X-Correlation-Id' });
    const answer = await app.fetch('/identity', { headers: { 'x-correlation-id': 'c-1' } });
    expect(answer.headers.get('x-correlation-id')).toBe('c-1');
  });

  it.each([
    ['the default', undefined, 30_000],
    ['what the caller has left', '1500', 1_500],
    ['the default, when the caller allows more', '99000', 30_000],
    ['the default, when the caller writes nonsense', '-1', 30_000],
  ])('ends after %s', async (_name, header, deadlineMs) => {
    const app = await start();
    const headers = header === undefined ? {} : { 'x-request-timeout-ms': header };
    const answer = await app.fetch('/identity', { headers });
    const body = (await answer.json()) as { deadlineMs: number; remainingMs: number };
    expect(Math.round(body.deadlineMs)).toBe(deadlineMs);
    expect(body.remainingMs).toBeLessThanOrEqual(deadlineMs);
  });

  it('is absent elsewhere: the getters throw an error that says what to do', () => {
    const context = new Context();
    expect(Context.current()).toBeUndefined();
    expect(() => context.id).toThrow(NoContextError);
    expect(() => context.signal).toThrow('Context.run(options, fn)');
  });
});
