import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  ButtressError,
  ButtressModule,
  ClusteredFastifyAdapter,
  ConnectionError,
  Context,
  ThreadPoolBusyError,
} from 'nestjs-buttress';
import { expect, it, onTestFinished } from 'vitest';

import { redirectLines } from '../../../lib/logging/line-destination.ts';
import { until } from '../../support/until.ts';

const THROWN: Record<string, () => ButtressError> = {
  busy: () => new ThreadPoolBusyError('pdf', 1_000),
  broken: () => new ConnectionError('REFUSED', 'rates refused', { service: 'rates' }),
};

@Controller()
class FailingController {
  @Get('late')
  late(): Promise<never> {
    return new Promise((_resolve, reject) => {
      Context.current()?.onAbort(reject);
    });
  }

  @Get('busy')
  busy(): never {
    throw THROWN['busy']?.();
  }

  @Get('broken')
  broken(): never {
    throw THROWN['broken']?.();
  }
}

@Module({
  imports: [
    ButtressModule.forRoot({
      context: { deadline: { defaultMs: 50 } },
      logging: { pretty: false },
      meta: false,
    }),
  ],
  controllers: [FailingController],
})
class FailingModule {}

interface Line {
  level: number;
  context?: string;
  route?: string;
  notes?: object;
  err?: { stack?: string };
}

const lines: Line[] = [];

async function ask(path: string): Promise<{ status: number; errors: Line[]; record: Line }> {
  redirectLines({ write: (line) => void lines.push(JSON.parse(line) as Line) });
  const adapter = new ClusteredFastifyAdapter();
  const app = await NestFactory.create<NestFastifyApplication>(FailingModule, adapter);
  onTestFinished(async () => {
    await app.close();
    Reflect.deleteProperty(globalThis, Symbol.for('nestjs-buttress.lines'));
  });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  lines.length = 0;
  const { statusCode: status } = await app.inject(path);
  const record = await until('the record', () => lines.find((one) => one.route === path));
  return { status, record, errors: lines.filter(({ level }) => level >= 40) };
}

it.each([
  ['/late', 504, 'ERR_BUTTRESS_CONTEXT_DEADLINE'],
  ['/busy', 503, 'ERR_BUTTRESS_THREADS_BUSY'],
])('R43: a refusal is logged by its code alone, in the access record: %s', async (path, ...is) => {
  const [expected, errorCode] = is;
  const { status, record, errors } = await ask(path);
  expect([status, errors]).toEqual([expected, []]);
  expect(record).toMatchObject({ status: expected, notes: { errorCode } });
});

it('R43: a fault is logged with its stack', async () => {
  const { status, record, errors } = await ask('/broken');
  expect(status).toBe(503);
  expect(record).not.toHaveProperty('notes');
  expect(errors).toHaveLength(1);
  expect(errors[0]?.err?.stack).toContain('rates refused');
});
