import { setTimeout as sleep } from 'node:timers/promises';

import {
  type ArgumentsHost,
  Body,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  Inject,
  Injectable,
  Post,
  Sse,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import {
  ButtressModule,
  Context,
  ContextAbortError,
  CurrentContext,
  SkipDeadline,
  type RequestContext,
  UseContext,
} from 'nestjs-buttress';
import { ContextModule } from 'nestjs-buttress/context';
import { StatsModule } from 'nestjs-buttress/stats';
import { Logger as PinoLogger } from 'nestjs-pino';
import { NEVER, type Observable, startWith } from 'rxjs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { redirectLines } from '../../../lib/logging/line-destination.ts';
import { processReports } from '../../../lib/reports/process-reports.ts';
import { allowedMs } from '../../support/allowed-ms.ts';
import { startExpress } from '../../support/express-app.ts';
import { until } from '../../support/until.ts';

/** Reasons for which signals of requests aborted. */
const reasons: string[] = [];
/** Handlers that went on after their answer, and have ended. */
let endedLate = 0;
/** Requests that reached such a handler. */
let entered = 0;

beforeEach(() => {
  reasons.length = 0;
  endedLate = 0;
  entered = 0;
});

@WebSocketGateway()
class ChatGateway {
  @SubscribeMessage('bare')
  bare(): void {}

  @SubscribeMessage('above')
  @UseContext()
  above(): void {}

  @UseContext()
  @SubscribeMessage('below')
  below(): void {}
}

/** A singleton. */
@Injectable()
class Identity {
  constructor(@Inject(Context) readonly context: Context) {}

  async read(): Promise<object> {
    await sleep(1);
    return { id: this.context.id, allowedMs: allowedMs() };
  }
}

@Controller('things')
class ThingsController {
  constructor(@Inject(Identity) private readonly identity: Identity) {}

  @Get('who/:name')
  who(): Promise<object> {
    return this.identity.read();
  }

  @Post('body')
  body(@Body() body: object, @CurrentContext() { id }: RequestContext): object {
    return { id, body };
  }

  @Get('deaf')
  async deaf(@CurrentContext() { signal }: RequestContext): Promise<object> {
    entered++;
    signal.addEventListener('abort', () =>
      reasons.push((signal.reason as ContextAbortError).reason),
    );
    await until('the signal', () => signal.aborted);
    await sleep(5);
    endedLate++;
    return { tooLate: true };
  }

  @Get('patient')
  @SkipDeadline()
  patient(@CurrentContext() { remainingMs }: RequestContext): string {
    return String(remainingMs);
  }

  @Sse('events')
  events(@CurrentContext() { remainingMs }: RequestContext): Observable<{ data: string }> {
    return NEVER.pipe(startWith({ data: String(remainingMs) }));
  }

  @Get('broken')
  broken(): never {
    throw new Error('broken');
  }
}

const things = { controllers: [ThingsController], providers: [Identity] };

@Catch(ContextAbortError)
class SorryFilter implements ExceptionFilter {
  catch({ reason }: ContextAbortError, host: ArgumentsHost): void {
    host
      .switchToHttp()
      .getResponse<{ status(code: number): { json(body: object): void } }>()
      .status(504)
      .json({ sorry: reason });
  }
}

/** Lines of the application's own log, as records. */
function captureRecords(): () => Record<string, unknown>[] {
  const lines: string[] = [];
  redirectLines({ write: (line) => void lines.push(line) });
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, Symbol.for('nestjs-buttress.lines'));
  });
  return () => lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('R24 On Express', () => {
  it('requests have contexts, in middleware and in singletons, after their body was read.', async () => {
    const seen: unknown[] = [];
    const { fetch } = await startExpress(
      { imports: [ContextModule.forRoot({ deadline: { defaultMs: 7_000 } })], ...things },
      (app) => {
        app.use((_request: unknown, _response: unknown, next: () => void) => {
          seen.push(Context.current()?.id);
          next();
        });
      },
    );
    const answer = await fetch('/things/who/me', { headers: { 'x-request-id': 'mine' } });
    expect(answer.headers.get('x-request-id')).toBe('mine');
    expect(await answer.json()).toEqual({ id: 'mine', allowedMs: 7_000 });
    expect(seen).toEqual(['mine']);
    const posted = await fetch('/things/body', {
      method: 'POST',
      headers: { 'x-request-id': 'posted', 'content-type': 'application/json' },
      body: JSON.stringify({ a: 1 }),
    });
    expect(await posted.json()).toEqual({ id: 'posted', body: { a: 1 } });
  });

  it('the deadline answers 504 and aborts; what a deaf handler answers later is dropped.', async () => {
    const { fetch, complaints } = await startExpress({
      imports: [ContextModule.forRoot({ deadline: { defaultMs: 40 } })],
      ...things,
    });
    const answer = await fetch('/things/deaf');
    expect(answer.status).toBe(504);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await answer.json()).toEqual({
      title: 'Gateway Timeout',
      status: 504,
      detail: 'The deadline of this request has passed',
      code: 'ERR_BUTTRESS_CONTEXT_DEADLINE',
    });
    await until('the end of the handler', () => endedLate === 1);
    expect(reasons).toEqual(['deadline']);
    // The next request is answered after all that the late result set off.
    expect((await fetch('/things/patient')).status).toBe(200);
    expect(complaints.filter((line) => line.includes('ERR_HTTP_HEADERS_SENT'))).toEqual([]);
  });

  it('a global filter may word the answer of a deadline.', async () => {
    const { fetch } = await startExpress(
      { imports: [ContextModule.forRoot({ deadline: { defaultMs: 40 } })], ...things },
      (app) => void app.useGlobalFilters(new SorryFilter()),
    );
    expect(await (await fetch('/things/deaf')).json()).toEqual({ sorry: 'deadline' });
  });

  it('@SkipDeadline and event streams have no deadline.', async () => {
    const { fetch } = await startExpress({
      imports: [ContextModule.forRoot({ deadline: { defaultMs: 50 } })],
      ...things,
    });
    // Read by the handler itself, after its route was found.
    const events = await fetch('/things/events');
    const first = await events.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toContain('Infinity');
    expect(await (await fetch('/things/patient')).text()).toBe('Infinity');
  });

  it('a departed client aborts its signal, and leaves a record.', async () => {
    const records = captureRecords();
    const { fetch } = await startExpress(
      { imports: [ButtressModule.forRoot({ logging: { pretty: false }, meta: false })], ...things },
      (app) => app.useLogger(app.get(PinoLogger)),
    );
    const leaving = new AbortController();
    const answer = fetch('/things/deaf', { signal: leaving.signal }).catch(() => undefined);
    await until('the handler', () => entered === 1);
    leaving.abort();
    await answer;
    await until('the signal', () => reasons.length > 0);
    expect(reasons).toEqual(['client-gone']);
    const record = await until('its record', () =>
      records().find(({ isAborted }) => isAborted === true),
    );
    expect(record).toMatchObject({ context: 'access', route: '/things/deaf', status: 499 });
  });

  it('requests are counted and recorded once each, by the pattern of their route.', async () => {
    const records = captureRecords();
    const { app, fetch } = await startExpress(
      {
        imports: [
          ButtressModule.forRoot({
            logging: { pretty: false },
            stats: { runtime: false },
            meta: false,
          }),
        ],
        ...things,
      },
      (one) => {
        one.useLogger(one.get(PinoLogger));
        one.setGlobalPrefix('api');
      },
    );
    await fetch('/api/things/who/me', { headers: { 'x-request-id': 'one' } });
    await fetch('/api/things/who/you');
    await fetch('/api/nothing');
    await fetch('/api/things/broken');
    const own = await until('the records', () => {
      const access = records().filter(({ context }) => context === 'access');
      return access.length >= 4 && access;
    });
    expect(own.map(({ route, status }) => `${String(route)} ${String(status)}`)).toEqual([
      '/api/things/who/:name 200',
      '/api/things/who/:name 200',
      'none 404',
      '/api/things/broken 500',
    ]);
    expect(own[0]).toMatchObject({ requestId: 'one', method: 'GET', remoteAddress: '127.0.0.1' });
    const { body } = await app.get(StatsModule).metrics();
    const counts = body.split('\n').filter((line) => /^http_server_\w+_count/.test(line));
    expect(counts.map((line) => line.replace(/^.*?\{/, '{')).toSorted()).toEqual([
      '{http_request_method="GET",http_route="/api/things/broken",http_response_status_code="500"} 1',
      '{http_request_method="GET",http_route="/api/things/who/:name",http_response_status_code="200"} 2',
      '{http_request_method="GET",http_route="none",http_response_status_code="404"} 1',
    ]);
  });

  it('pages know the routes, and probes answer.', async () => {
    const { fetch } = await startExpress({
      imports: [ButtressModule.forRoot({ logging: false, meta: { probes: true } })],
      ...things,
    });
    const ready = await fetch('/readyz');
    expect([ready.status, await ready.text()]).toEqual([200, 'ok\n']);
    expect((await fetch('/livez')).headers.get('cache-control')).toBe('no-store');
    const routes = (await processReports().read('routes')) as object[];
    expect(routes).toContainEqual(
      expect.objectContaining({
        method: 'GET',
        path: '/things/who/:name',
        handler: 'ThingsController.who',
      }),
    );
    const { routes: metered } = (await processReports().read('requests')) as {
      routes: { route: string }[];
    };
    expect(metered.map(({ route }) => route)).toContain('/livez');
  });

  it('is what works besides Fastify: other adapters are refused.', async () => {
    class KoaAdapter extends ExpressAdapter {
      override getType(): string {
        return 'koa';
      }
    }
    const module = await Test.createTestingModule({ imports: [ContextModule.forRoot()] }).compile();
    const app = module.createNestApplication(new KoaAdapter(), { logger: false });
    await expect(app.init()).rejects.toMatchObject({
      code: 'ERR_BUTTRESS_PLATFORM',
      message: expect.stringContaining('This is KoaAdapter') as string,
    });
  });

  it('R24 names the handlers of gateways that have no context.', async () => {
    const { complaints } = await startExpress(
      { imports: [ContextModule.forRoot()], providers: [ChatGateway] },
      (app) => app.useWebSocketAdapter(new WsAdapter(app)),
    );
    expect(complaints).toEqual([
      'Buttress: WebSocket connections have no context without ClusteredFastifyAdapter: use it, or decorate ChatGateway.bare with @UseContext()',
    ]);
  });

  it('admission says once that it can do nothing, and how to have it.', async () => {
    const { complaints, fetch } = await startExpress({
      imports: [ButtressModule.forRoot({ logging: false })],
      ...things,
    });
    expect((await fetch('/things/who/me')).status).toBe(200);
    const own = complaints.filter((line) => line.startsWith('Admission: '));
    expect(own).toEqual([expect.stringContaining('new ClusteredFastifyAdapter()')]);
  });
});
