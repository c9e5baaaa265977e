import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Inject,
  Injectable,
  type ModuleMetadata,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { FastifyReply } from 'fastify';
import { Admission, SkipAdmissionLimit } from 'nestjs-buttress';
import { AdmissionModule } from 'nestjs-buttress/admission';
import { ContextModule } from 'nestjs-buttress/context';
import { describe, expect, it, onTestFinished } from 'vitest';

import { present } from '../../lib/context/context.ts';
import { PATIENT_ADMISSION } from '../fixtures/patient-admission.ts';
import { type RunningApp, startApp } from '../support/nest-app.ts';

@Controller()
class FailingController {
  @Get('deaf')
  @Admission({ limit: 1 })
  deaf(): Promise<never> {
    return new Promise(() => undefined);
  }

  @Get('crashing')
  @SkipAdmissionLimit()
  crashing(): Promise<never> {
    present().crash();
    return new Promise(() => undefined);
  }

  @Get('fine')
  @SkipAdmissionLimit()
  fine(): string {
    return 'fine';
  }
}

/** Each way in which a request ends with an error that no handler threw. */
const ENDINGS: [string, (app: RunningApp) => Promise<Response>, string][] = [
  ['a refusal', (app) => refused(app), 'ERR_BUTTRESS_ADMISSION_OVERLOADED'],
  ['a deadline', (app) => app.fetch('/deaf'), 'ERR_BUTTRESS_CONTEXT_DEADLINE'],
  ['a crash', (app) => app.fetch('/crashing'), 'ERR_BUTTRESS_CONTEXT_CRASHED'],
];

/** One has the only place, the other is refused. */
async function refused(app: RunningApp): Promise<Response> {
  const both = [app.fetch('/deaf'), app.fetch('/deaf')];
  void Promise.allSettled(both);
  return Promise.race(both);
}

async function start(metadata: ModuleMetadata, filter: ExceptionFilter): Promise<RunningApp> {
  return startApp(
    {
      imports: [
        ContextModule.forRoot({ deadline: { defaultMs: 300 } }),
        AdmissionModule.forRoot({ ...PATIENT_ADMISSION, queue: { maxQueue: 0 } }),
      ],
      controllers: [FailingController],
      ...metadata,
    },
    { prepare: ({ app }) => void app.useGlobalFilters(filter) },
  );
}

/** Rejections that nobody handled; each would end a worker. */
function watchRejections(): unknown[] {
  const rejections: unknown[] = [];
  const note = (reason: unknown): void => void rejections.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  return rejections;
}

async function expectToServe(app: RunningApp): Promise<void> {
  expect(await (await app.fetch('/fine')).text()).toBe('fine');
}

/** How often the filter below was asked. */
let asked = 0;

/** Reads what guards set, which have not run. */
@Catch()
class Throwing implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    asked++;
    const request = host.switchToHttp().getRequest<{ user?: { id: string } }>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    void reply.type('text/html').send((request.user as { id: string }).id);
  }
}

@Catch()
class Unused implements ExceptionFilter {
  catch(): void {}
}

/** Sets a handler of errors that returns its payload; Nest has set its own before. */
@Injectable()
class OwnHandler implements OnApplicationBootstrap {
  handle: (error: Error & { code?: string }, reply: FastifyReply) => unknown = () => undefined;

  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  onApplicationBootstrap(): void {
    const handle = (error: Error, _request: unknown, reply: FastifyReply): unknown =>
      this.handle(error, reply);
    this.host.httpAdapter.setErrorHandler?.(handle);
  }
}

async function startReturning(handle: OwnHandler['handle']): Promise<RunningApp> {
  const running = await start({ providers: [OwnHandler] }, new Unused());
  running.app.get(OwnHandler).handle = handle;
  return running;
}

describe.each(ENDINGS)('R43: %s', (_what, end, code) => {
  it('is a 500 where the filter that catches it throws', async () => {
    const rejections = watchRejections();
    const app = await start({}, new Throwing());
    asked = 0;
    const answer = await end(app);
    expect(answer.status).toBe(500);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await answer.json()).toMatchObject({ status: 500, title: 'Internal Server Error' });
    expect(asked).toBe(1);
    await expectToServe(app);
    expect(rejections).toEqual([]);
  });

  it.each<[string, OwnHandler['handle']]>([
    ['returns', (error, reply) => (void reply.code(418), { sorry: error.code })],
    ['promises', async (error, reply) => (void reply.code(418), { sorry: error.code })],
    ['sends', (error, reply) => reply.code(418).send({ sorry: error.code })],
  ])('is answered by a handler of errors that %s its answer', async (_how, handle) => {
    const rejections = watchRejections();
    const app = await startReturning(handle);
    const answer = await end(app);
    expect([answer.status, await answer.json()]).toEqual([418, { sorry: code }]);
    await expectToServe(app);
    expect(rejections).toEqual([]);
  });

  it.each<[string, OwnHandler['handle']]>([
    [
      'throws',
      () => {
        throw new Error('no template');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no template'))],
  ])('is a 500 where a handler of errors %s', async (_how, handle) => {
    const rejections = watchRejections();
    const app = await startReturning(handle);
    expect((await end(app)).status).toBe(500);
    await expectToServe(app);
    expect(rejections).toEqual([]);
  });
});
