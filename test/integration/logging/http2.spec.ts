import { connect as connectHttp2 } from 'node:http2';

import { Controller, Get } from '@nestjs/common';
import { ButtressModule, CurrentContext, type RequestContext } from 'nestjs-buttress';
import { Logger as PinoLogger } from 'nestjs-pino';
import { describe, expect, it, onTestFinished } from 'vitest';

import { redirectLines } from '../../../lib/logging/line-destination.ts';
import { startApp } from '../../support/nest-app.ts';
import { until } from '../../support/until.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';

@Controller()
class NotedController {
  @Get('noted')
  noted(@CurrentContext() context: RequestContext): object {
    context.note('order', 7);
    context.timings.record('booking', 1.5);
    return {};
  }
}

/** One request over HTTP/2, until its answer has ended. */
async function ask(port: number): Promise<void> {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  onTestFinished(() => session.destroy());
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  session
    .request({
      ':path': '/noted',
      'x-request-id': 'request-7',
      traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01`,
    })
    .on('error', reject)
    .on('close', resolve)
    .resume()
    .end();
  await promise;
}

describe('LoggingModule over HTTP/2', () => {
  it('R9 The record of a request tells over HTTP/2 what it tells over HTTP/1.', async () => {
    const lines: string[] = [];
    redirectLines({ write: (line) => void lines.push(line) });
    onTestFinished(() => {
      Reflect.deleteProperty(globalThis, Symbol.for('nestjs-buttress.lines'));
    });
    const { port } = await startApp(
      {
        imports: [ButtressModule.forRoot({ logging: { pretty: false } })],
        controllers: [NotedController],
      },
      {
        adapter: { http2: true },
        prepare: ({ app }) => app.useLogger(app.get(PinoLogger)),
      },
    );
    await ask(port);
    const record = await until('the record', () => {
      return lines.find((line) => line.includes('"route":"/noted"'));
    });
    expect(JSON.parse(record)).toMatchObject({
      context: 'access',
      status: 200,
      requestId: 'request-7',
      traceId: TRACE_ID,
      remoteAddress: '127.0.0.1',
      notes: { order: 7 },
      timings: { booking: 1.5 },
    });
  });
});
