import { once } from 'node:events';
import { connect, type ClientHttp2Session } from 'node:http2';
import { text } from 'node:stream/consumers';

import { Controller, Get, Module } from '@nestjs/common';
import {
  ButtressModule,
  Context,
  type ContextAbortError,
  CurrentContext,
  type RequestContext,
  Stats,
} from 'nestjs-buttress';
import { type AbortReason, ContextModule } from 'nestjs-buttress/context';
import { LoggingModule } from 'nestjs-buttress/logging';
import { type CallerOf, StatsModule } from 'nestjs-buttress/stats';
import { describe, expect, it, onTestFinished } from 'vitest';

import { allowedMs } from '../support/allowed-ms.ts';
import { startApp } from '../support/nest-app.ts';
import { until } from '../support/until.ts';

const reasons: AbortReason[] = [];

@Controller()
class WhoController {
  @Get('who')
  who(@CurrentContext() { id }: RequestContext): object {
    return { id, allowedMs: allowedMs() };
  }

  @Get('wait')
  wait(@CurrentContext() { signal }: RequestContext): Promise<void> {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        reasons.push((signal.reason as ContextAbortError).reason);
        resolve();
      });
    });
  }
}

@Module({ providers: [{ provide: 'MS', useValue: 7_000 }], exports: ['MS'] })
class SettingsModule {}

function callerOf({ raw }: Parameters<CallerOf>[0]): string | undefined {
  const name = raw.headers['x-caller'];
  if (name === 'bad') throw new Error('no caller');
  return typeof name === 'string' ? name : undefined;
}

describe('the modules', () => {
  it('take their options from factories, one by one', async () => {
    const app = await startApp({
      imports: [
        ContextModule.forRootAsync({
          imports: [SettingsModule],
          inject: ['MS'],
          useFactory: async (defaultMs: number) => ({ deadline: { defaultMs } }),
        }),
        StatsModule.forRootAsync({ useFactory: () => ({ runtime: false }) }),
        LoggingModule.forRootAsync({ useFactory: () => ({ level: 'silent' as const }) }),
      ],
      controllers: [WhoController],
    });
    expect(await (await app.fetch('/who')).json()).toMatchObject({ allowedMs: 7_000 });
    const { body, contentType } = await app.app.get(StatsModule).metrics();
    expect(contentType).toContain('text/plain');
    expect(body).toContain(
      'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/who",http_response_status_code="200"} 1',
    );
    expect(body).not.toContain('process_resident_memory_bytes');
  });

  it('lead from a bucket of latency to the trace of a request that fell into it', async () => {
    const app = await startApp({
      imports: [ButtressModule.forRoot({ logging: false, stats: { runtime: false } })],
      controllers: [WhoController],
    });
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
    const metrics = async (): Promise<string> => {
      return (await app.app.get(StatsModule).metrics('application/openmetrics-text')).body;
    };
    await app.fetch('/who');
    // The trace of a request without one begins here: nobody could look it up.
    expect(await metrics()).not.toContain('trace_id');
    await app.fetch('/who', { headers: { traceparent: `00-${traceId}-00f067aa0ba902b7-01` } });
    await until('an exemplar', async () => {
      return (await metrics()).includes(`# {trace_id="${traceId}"}`);
    });
  });

  it('count requests by caller where the application names them', async () => {
    const app = await startApp({
      imports: [ButtressModule.forRoot({ logging: false, stats: { runtime: false, callerOf } })],
      controllers: [WhoController],
    });
    for (const caller of ['shop', 'shop', 'bad']) {
      // oxlint-disable-next-line no-await-in-loop -- one after another
      await app.fetch('/who', { headers: { 'x-caller': caller } });
    }
    await app.fetch('/who');
    const { body } = await app.app.get(StatsModule).metrics();
    expect(body).toContain('buttress_caller_requests_total{caller="shop"} 2');
    expect(body).toContain('buttress_caller_requests_total{caller="unknown"} 2');
    expect(body).toContain('buttress_caller_refused_total{caller="shop"} 0');
    expect(body).toMatch(/buttress_caller_time_seconds_total\{caller="shop"\} 0\.\d+/);
  });

  it('come together in ButtressModule, which can leave features out', async () => {
    const app = await startApp({
      imports: [ButtressModule.forRoot({ logging: false, stats: { runtime: false } })],
      controllers: [WhoController],
    });
    expect(app.app.get(Context)).toBeInstanceOf(Context);
    expect(app.app.get(Stats)).toBeInstanceOf(Stats);
  });

  it('do not start with wrong options', () => {
    expect(() => ButtressModule.forRoot({ stats: { intervalMs: 0 } })).toThrow(RangeError);
  });
});

async function session(): Promise<ClientHttp2Session> {
  const app = await startApp(
    { imports: [ContextModule.forRoot()], controllers: [WhoController] },
    { adapter: { http2: true } as never },
  );
  const client = connect(`http://127.0.0.1:${app.port}`);
  onTestFinished(() => client.destroy());
  return client;
}

describe('HTTP/2', () => {
  it('has contexts too, which end with their answers', async () => {
    const client = await session();
    reasons.length = 0;
    const stream = client.request({ ':path': '/who', 'x-request-id': 'h2' });
    expect(JSON.parse(await text(stream))).toEqual({ id: 'h2', allowedMs: 30_000 });
    expect(reasons).toEqual([]);
  });

  it('tells a client that leaves from one that has its answer', async () => {
    const client = await session();
    reasons.length = 0;
    const stream = client.request({ ':path': '/wait' });
    stream.on('error', () => undefined);
    await once(client, 'remoteSettings');
    await new Promise((resolve) => setTimeout(resolve, 100));
    stream.close(8);
    await expect.poll(() => reasons).toEqual(['client-gone']);
  });
});
