import {
  type ArgumentsHost,
  BadGatewayException,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Inject,
  Injectable,
  type MiddlewareConsumer,
  Module,
  type ModuleMetadata,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { FastifyReply } from 'fastify';
import { Admission, ButtressError, ConnectionManager, SkipAdmissionLimit } from 'nestjs-buttress';
import { AdmissionModule } from 'nestjs-buttress/admission';
import { serviceDispatcher } from 'nestjs-buttress/clients/undici';
import { ConnectionsModule } from 'nestjs-buttress/connections';
import { ContextModule } from 'nestjs-buttress/context';
import { fetch as fetchOfUndici, request } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';

import { httpPeer } from '../support/http-servers.ts';
import { startApp } from '../support/nest-app.ts';

const PROBLEM = 'application/problem+json; charset=utf-8';

class OwnError extends ButtressError {
  constructor() {
    super('ERR_BUTTRESS_OWN', 'Nobody is at home', { statusCode: 503 });
  }
}

function refuseAll(): never {
  throw new OwnError();
}

@Controller()
class FailingController {
  constructor(@Inject(ConnectionManager) private readonly connections: ConnectionManager) {}

  @Get('deaf')
  @Admission({ limit: 1 })
  deaf(): Promise<never> {
    return new Promise(() => undefined);
  }

  @Get('own')
  @SkipAdmissionLimit()
  own(): never {
    throw new OwnError();
  }

  @Get('wrapped')
  @SkipAdmissionLimit()
  async wrapped(): Promise<unknown> {
    const dispatcher = serviceDispatcher(this.connections);
    onTestFinished(() => dispatcher.destroy());
    return fetchOfUndici('http://rates/', { dispatcher });
  }

  @Get('silent')
  @SkipAdmissionLimit()
  async silent(): Promise<unknown> {
    const dispatcher = serviceDispatcher(this.connections);
    onTestFinished(() => dispatcher.destroy());
    return request('http://silent/', { dispatcher });
  }

  @Get('worded')
  @SkipAdmissionLimit()
  worded(): never {
    throw new BadGatewayException('Rates are out', { cause: new OwnError() });
  }
}

/** As mercurius does: a plugin that is awaited makes routes keep the handler of errors of then. */
@Injectable()
class AwaitedPlugin implements OnModuleInit {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  async onModuleInit(): Promise<void> {
    const fastify = this.host.httpAdapter.getInstance<{
      register: (plugin: () => Promise<void>) => PromiseLike<void>;
    }>();
    await fastify.register(async () => undefined);
  }
}

@Catch()
class Everything implements ExceptionFilter {
  catch(error: Error & { code?: string }, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.code(418).send({ sorry: error.code });
  }
}

const parts = ({
  deadlineMs = 10_000,
  silent = '127.0.0.1:1',
  isFull = false,
}): ModuleMetadata => ({
  imports: [
    ContextModule.forRoot({ deadline: { defaultMs: deadlineMs } }),
    AdmissionModule.forRoot({ lagTargetMs: false, ...(isFull ? { queue: { maxQueue: 0 } } : {}) }),
    ConnectionsModule.forRoot({
      services: {
        rates: { tiers: [['127.0.0.1:1']] },
        silent: { tiers: [[silent]], timeouts: { readMs: 100 } },
      },
    }),
  ],
  controllers: [FailingController],
});

const DEADLINE = {
  title: 'Gateway Timeout',
  status: 504,
  detail: 'The deadline of this request has passed',
  code: 'ERR_BUTTRESS_CONTEXT_DEADLINE',
};

const OVERLOADED = {
  title: 'Service Unavailable',
  status: 503,
  detail: 'The service is overloaded',
  code: 'ERR_BUTTRESS_ADMISSION_OVERLOADED',
};

async function bodyOf(answer: Response): Promise<unknown> {
  expect(answer.headers.get('content-type')).toBe(PROBLEM);
  return answer.json();
}

describe('R43: a refusal of the package', () => {
  it.each([
    ['', []],
    [', though a plugin has set the routes’ handler of errors', [AwaitedPlugin]],
  ])('is a problem with a code, from every part that refuses%s', async (_when, providers) => {
    const app = await startApp({ ...parts({ deadlineMs: 300, isFull: true }), providers });
    // One has the only place, the other is refused.
    const both = await Promise.all([app.fetch('/deaf'), app.fetch('/deaf')]);
    const bodies = await Promise.all(both.map(bodyOf));
    expect(bodies).toContainEqual(DEADLINE);
    expect(bodies).toContainEqual(OVERLOADED);
    const open = await startApp({ ...parts({}), providers });
    expect(await bodyOf(await open.fetch('/own'))).toEqual({
      title: 'Service Unavailable',
      status: 503,
      detail: 'Nobody is at home',
      code: 'ERR_BUTTRESS_OWN',
    });
  });

  it.each([
    ['', []],
    [', also where a plugin has set the routes’ handler of errors', [AwaitedPlugin]],
  ])('is left to a filter of the application%s', async (_when, providers) => {
    const withFilter = (isFull: boolean): ReturnType<typeof startApp> =>
      startApp(
        { ...parts({ deadlineMs: 100, isFull }), providers },
        { prepare: ({ app: own }) => void own.useGlobalFilters(new Everything()) },
      );
    const app = await withFilter(true);
    const both = await Promise.all([app.fetch('/deaf'), app.fetch('/deaf')]);
    expect(both.map(({ status }) => status)).toEqual([418, 418]);
    const bodies = await Promise.all(both.map((answer) => answer.json()));
    expect(bodies).toContainEqual({ sorry: DEADLINE.code });
    expect(bodies).toContainEqual({ sorry: OVERLOADED.code });
    const thrown = await (await withFilter(false)).fetch('/own');
    expect([thrown.status, await thrown.json()]).toEqual([418, { sorry: 'ERR_BUTTRESS_OWN' }]);
  });

  it('is found inside the error of a client that wraps it, and discloses nothing of that error', async () => {
    const app = await startApp(parts({}));
    const answer = await app.fetch('/wrapped');
    expect(answer.status).toBe(503);
    expect(await bodyOf(answer)).toEqual({
      title: 'Service Unavailable',
      status: 503,
      detail: 'Service Unavailable',
      code: 'ERR_BUTTRESS_CONNECTION_REFUSED',
    });
    expect(await (await app.fetch('/worded')).json()).toMatchObject({ message: 'Rates are out' });
  });

  it('is a 504 where a service that accepts stays silent', async () => {
    const { address } = await httpPeer({ isSilent: true });
    const app = await startApp(parts({ silent: address }));
    const answer = await app.fetch('/silent');
    expect(answer.status).toBe(504);
    expect(await bodyOf(answer)).toEqual({
      title: 'Gateway Timeout',
      status: 504,
      detail: 'Gateway Timeout',
      code: 'ERR_BUTTRESS_CONNECTION_READ_TIMEOUT',
    });
  });

  it('is the same with the adapter of Nest, and for errors of middleware', async () => {
    @Module(parts({ deadlineMs: 100 }))
    class WithMiddleware {
      configure(consumer: MiddlewareConsumer): void {
        consumer.apply(refuseAll).forRoutes('nowhere');
      }
    }
    const module = await Test.createTestingModule({
      imports: [WithMiddleware],
      providers: [AwaitedPlugin],
    }).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), {
      logger: false,
    });
    await app.listen(0, '127.0.0.1');
    onTestFinished(() => app.close());
    const url = await app.getUrl();
    expect(await bodyOf(await fetch(`${url}/deaf`))).toEqual(DEADLINE);
    expect(await bodyOf(await fetch(`${url}/nowhere`))).toMatchObject({ code: 'ERR_BUTTRESS_OWN' });
  });
});
