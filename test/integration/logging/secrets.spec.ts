import { Controller, Get, Logger, Param } from '@nestjs/common';
import { AxiosError, AxiosHeaders, type InternalAxiosRequestConfig } from 'axios';
import { ButtressModule, CurrentContext, type RequestContext } from 'nestjs-buttress';
import { InjectPinoLogger, Logger as PinoLogger, PinoLogger as OwnLogger } from 'nestjs-pino';
import { describe, expect, it, onTestFinished } from 'vitest';

import { redirectLines } from '../../../lib/logging/line-destination.ts';
import { processReports } from '../../../lib/reports/process-reports.ts';
import { type RunningApp, startApp } from '../../support/nest-app.ts';
import { until } from '../../support/until.ts';

class Credentials {
  readonly username = 'ada';
  readonly password = 'hunter2';
}

/** As a DTO of Nest or an entity is: an instance with instances in it. */
class SignUp {
  readonly mail = 'ada@example.com';
  readonly credentials = new Credentials();
  readonly refreshToken = 'hunter2';
}

@Controller()
class SecretsController {
  readonly #log = new Logger('Secrets');

  constructor(@InjectPinoLogger('Own') private readonly own: OwnLogger) {}

  @Get('log/:how')
  log(@Param('how') how: string, @CurrentContext() context: RequestContext): object {
    const dto = new SignUp();
    if (how === 'object') this.#log.log({ dto, list: [dto] });
    if (how === 'text') this.#log.log('connect to postgres://ada:hunter2@db.local/shop');
    if (how === 'into-text') this.#log.log('signed up %o', dto);
    if (how === 'pino') this.own.info({ dto }, 'signed up');
    if (how === 'assigned') {
      const child = this.own.logger.child({ dto });
      child.info('signed up');
    }
    if (how === 'note') context.note('dto', dto as never);
    return {};
  }

  @Get('fail')
  fail(): never {
    const config: InternalAxiosRequestConfig = {
      headers: new AxiosHeaders({ Authorization: 'Bearer hunter2' }),
      url: 'https://ada:hunter2@api.local/v1',
    };
    const cause = new AxiosError('Request failed', 'ERR_BAD_RESPONSE', config);
    throw new AggregateError([cause], 'GET https://ada:hunter2@api.local/v1 failed', { cause });
  }
}

/** An application, all lines that it writes, and a request to it, until that has left its record. */
interface LoggingApp extends RunningApp {
  lines: string[];
  ask: (path: string) => Promise<Response>;
}

async function start(): Promise<LoggingApp> {
  const lines: string[] = [];
  redirectLines({ write: (line) => void lines.push(line) });
  onTestFinished(() => {
    Reflect.deleteProperty(globalThis, Symbol.for('nestjs-buttress.lines'));
  });
  const running = await startApp(
    {
      imports: [ButtressModule.forRoot({ logging: { pretty: false } })],
      controllers: [SecretsController],
    },
    { prepare: ({ app }) => app.useLogger(app.get(PinoLogger)) },
  );
  const ask = async (path: string): Promise<Response> => {
    const answer = await running.fetch(path);
    const id = answer.headers.get('x-request-id') ?? '';
    await until('its record', () => {
      return lines.some((line) => line.includes(id) && line.includes('"context":"access"'));
    });
    return answer;
  };
  return { ...running, lines, ask };
}

// One application: nestjs-pino has one logger for the whole process.
describe('LoggingModule', () => {
  it('R16 It writes no secret of what is logged or thrown in whatever way, and no page shows one.', async () => {
    const app = await start();
    const written: Record<string, string> = {};
    for (const way of ['object', 'text', 'into-text', 'pino', 'assigned', 'note']) {
      const before = app.lines.length;
      // oxlint-disable-next-line no-await-in-loop -- its lines are told from those of the others
      expect((await app.ask(`/log/${way}`)).status).toBe(200);
      written[way] = app.lines.slice(before).join('');
      expect(app.lines.slice(before)).toHaveLength(way === 'note' ? 1 : 2);
    }
    const before = app.lines.length;
    expect((await app.ask('/fail')).status).toBe(500);
    written['thrown'] = app.lines.slice(before).join('');

    for (const [way, text] of Object.entries(written)) {
      expect.soft(text, way).not.toContain('hunter2');
      expect.soft(text, way).toContain('[redacted]');
      if (way !== 'text' && way !== 'thrown') expect.soft(text, way).toContain('ada@example.com');
    }
    expect.soft(written['thrown']).toContain('api.local/v1 failed');
    expect.soft(written['thrown']).toContain('ERR_BAD_RESPONSE');
    const reports = processReports();
    expect.soft(reports.read('logs')).toHaveLength(app.lines.length);
    expect.soft(JSON.stringify(reports.read('logs'))).not.toContain('hunter2');
    expect.soft(JSON.stringify(reports.read('errors'))).not.toContain('hunter2');
    expect.soft(reports.read('errors')).toHaveLength(1);
  });
});
